#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <vector>

#include "runtime/batch_thread.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/settings.hpp"
#include "sqlite/stats.hpp"
#include "sqlite/write_turn.hpp"

namespace urltrim::sqlite {

/// Folds the write-ahead log into the database, on a thread of its own, so that no commit has to
/// (https://www.sqlite.org/wal.html#ckpt). Most of it is done while links are being created; what came in
/// meanwhile is done in a write turn, after which the log starts again at its beginning. Clicks, which can
/// wait in the journal, stand back for all of it: else there would be no end of what comes in meanwhile.
class Checkpointer {
public:
    Checkpointer(std::filesystem::path path, const Settings& settings, WriteTurn& turn, Stats& stats);

    /// From now on `writer`'s commits start a checkpoint when the log has grown enough. The writer's thread
    /// only.
    void watch(Connection& writer);

    /// Blocks while a checkpoint is due or running.
    void stand_back() const noexcept { requested_.wait(true); }

private:
    static int committed(void* self, sqlite3* handle, const char* database, int log_pages);
    void checkpoint(int log_pages);
    bool fold(int mode);

    std::filesystem::path path_;
    const Settings settings_;
    WriteTurn& turn_;
    Stats& stats_;
    std::optional<Connection> connection_;
    std::atomic<int> start_at_;  // pages
    std::atomic<bool> requested_{false};
    runtime::BatchThread<int> thread_;  // last: it uses all of the above
};

}  // namespace urltrim::sqlite
