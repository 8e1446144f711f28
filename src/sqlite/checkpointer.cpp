#include "sqlite/checkpointer.hpp"

#include <utility>

namespace urltrim::sqlite {
namespace {

/// How long readers may keep the log from starting again while the write turn is held. In this process a
/// read transaction lasts a millisecond; another process that reads for longer just has to be waited out.
constexpr std::chrono::milliseconds wait_for_readers{20};

}  // namespace

Checkpointer::Checkpointer(std::filesystem::path path, const Settings& settings, WriteTurn& turn,
                           Stats& stats)
    : path_(std::move(path)),
      settings_(settings),
      turn_(turn),
      stats_(stats),
      start_at_(settings.checkpoint_pages),
      thread_("checkpoint", [this](std::vector<int>& log_pages) { checkpoint(log_pages.back()); }) {}

void Checkpointer::watch(Connection& writer) {
    sqlite3_wal_hook(writer.handle(), &Checkpointer::committed, this);
}

int Checkpointer::committed(void* self, sqlite3* /*handle*/, const char* /*database*/, int log_pages) {
    auto& checkpointer = *static_cast<Checkpointer*>(self);
    if (log_pages < checkpointer.start_at_.load(std::memory_order_relaxed)) return SQLITE_OK;
    if (!checkpointer.requested_.exchange(true)) checkpointer.thread_.submit(log_pages);
    return SQLITE_OK;
}

void Checkpointer::checkpoint(int log_pages) {
    bool complete = false;
    try {
        if (!connection_) {
            connection_.emplace(path_, "checkpoint",
                                Connection::Settings{Connection::Access::write, wait_for_readers, 64});
        }
        fold(SQLITE_CHECKPOINT_PASSIVE);
        const WriteTurn::Hold turn(turn_);
        complete = fold(SQLITE_CHECKPOINT_RESTART);
    } catch (const Error&) {
        // Nothing is lost: the log keeps everything, and a later commit asks again.
        ++stats_.checkpoint_errors;
        connection_.reset();
    }
    // Somebody's long read transaction, or a full disk, is not pressed at every commit.
    start_at_ = complete ? settings_.checkpoint_pages : log_pages + settings_.checkpoint_pages;
    if (complete) ++stats_.checkpoints;
    requested_ = false;
    requested_.notify_all();
}

/// False if readers or another process are in the way.
bool Checkpointer::fold(int mode) {
    const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, mode, nullptr, nullptr);
    if (code == SQLITE_OK) return true;
    if ((code & 0xFF) == SQLITE_BUSY) return false;
    connection_->fail(code);
}

}  // namespace urltrim::sqlite
