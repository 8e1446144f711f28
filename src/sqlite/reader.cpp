#include "sqlite/reader.hpp"

#include <utility>

namespace urltrim::sqlite {

Reader::Session::Session(const std::filesystem::path& path, const Settings& settings)
    : connection(path, "look-up",
                 Connection::Settings{Connection::Access::read, settings.busy_timeout, 1024}),
      by_code(connection.prepare("SELECT id, long_url, clicks FROM links WHERE short_code = ?1")) {}

Reader::Reader(std::filesystem::path path, const Settings& settings, Stats& stats)
    : path_(std::move(path)),
      settings_(settings),
      stats_(stats),
      thread_("sqlite-read", [this](std::vector<LookUp>& batch) { answer(batch); }) {
    open_early();
}

/// The first read makes the log's index (`-shm`). On a disk that has filled up since the start it could not
/// be made any more, and not even look-ups would work.
void Reader::open_early() noexcept {
    try {
        session_.emplace(path_, settings_);
        Transaction snapshot(session_->connection, Transaction::Kind::read);
        find(session_->by_code, *links::ShortCode::parse("warm-up"));
        snapshot.commit();
    } catch (const Error&) {
        session_.reset();  // the first look-up tries again, and says so
    }
}

Task<std::optional<StoredLink>> Reader::look_up(links::ShortCode code) {
    auto start = [&](ReplyPtr<Answer> reply) { thread_.submit(LookUp{code, std::move(reply)}); };
    co_return co_await reply_within<Answer>(settings_.answer_within, "look-up: no answer in time",
                                            stats_.look_up_errors, start);
}

void Reader::answer(std::vector<LookUp>& batch) noexcept {
    try {
        answer_from_database(batch);
    } catch (const Error& error) {
        if (!error.transient()) session_.reset();
        for (LookUp& look_up : batch) {
            if (look_up.reply->fail(error.problem())) ++stats_.look_up_errors;
        }
    }
}

void Reader::answer_from_database(std::vector<LookUp>& batch) {
    if (!session_) session_.emplace(path_, settings_);
    Transaction snapshot(session_->connection, Transaction::Kind::read);
    for (LookUp& look_up : batch) {
        if (look_up.reply->settled()) continue;
        look_up.reply->set(find(session_->by_code, look_up.code));
    }
    snapshot.commit();
    stats_.look_ups += batch.size();
    ++stats_.look_up_batches;
}

Reader::Answer Reader::find(Statement& by_code, const links::ShortCode& code) {
    if (!by_code.bind(1, code.text()).step()) return std::nullopt;
    const links::LinkId id{by_code.integer(0)};
    std::optional<links::TargetUrl> target = links::TargetUrl::from_store(by_code.text(1));
    const std::int64_t clicks = by_code.integer(2);
    by_code.reset();
    if (!target) return std::nullopt;
    return StoredLink{links::Link{id, code, *std::move(target)}, clicks};
}

}  // namespace urltrim::sqlite
