#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "links/link.hpp"
#include "runtime/batch_thread.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/reply.hpp"
#include "sqlite/settings.hpp"
#include "sqlite/stats.hpp"

namespace urltrim::sqlite {

/// A row of `links`.
struct StoredLink {
    links::Link link;
    std::int64_t clicks;  ///< applied so far
};

/// The thread that reads. Look-ups that arrive while it is busy share the next read transaction. The
/// connection is opened at once, or when it is first needed, and again after an error that may stay.
class Reader {
public:
    Reader(std::filesystem::path path, const Settings& settings, Stats& stats);

    /// The link named `code`, or nothing if there is none. Called on an io thread, any of them. Throws
    /// Unavailable if the database cannot answer, or does not within the limit.
    Task<std::optional<StoredLink>> look_up(links::ShortCode code);

private:
    using Answer = std::optional<StoredLink>;

    struct LookUp {
        links::ShortCode code;
        ReplyPtr<Answer> reply;
    };

    struct Session {
        explicit Session(const std::filesystem::path& path, const Settings& settings);
        Connection connection;
        Statement by_code;
    };

    void open_early() noexcept;
    void answer(std::vector<LookUp>& batch) noexcept;
    void answer_from_database(std::vector<LookUp>& batch);
    static Answer find(Statement& by_code, const links::ShortCode& code);

    const std::filesystem::path path_;
    const Settings settings_;
    Stats& stats_;
    std::optional<Session> session_;
    runtime::BatchThread<LookUp> thread_;  // last: it uses all of the above
};

}  // namespace urltrim::sqlite
