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

/// Folds the write-ahead log into the database, on a thread of its own, so that no commit has to. Most of it
/// is done while writers go on; the rest, which lets the log start again at its beginning, is done in a
/// write turn. https://www.sqlite.org/wal.html#ckpt
class Checkpointer {
public:
    Checkpointer(std::filesystem::path path, const Settings& settings, WriteTurn& turn, Stats& stats);

    /// From now on `writer`'s commits start a checkpoint when the log has grown enough. The writer's thread
    /// only.
    void watch(Connection& writer);

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
