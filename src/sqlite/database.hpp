#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>

#include "sqlite/checkpointer.hpp"
#include "sqlite/reader.hpp"
#include "sqlite/settings.hpp"
#include "sqlite/stats.hpp"
#include "sqlite/write_turn.hpp"

namespace urltrim::sqlite {

/// One database file, as LinkRepository, ClickTotals and ClickStore share it; make one per process and file,
/// after migrate(). What cannot be opened, or fails, is opened again at the next call: a database that is
/// away at first, locked or full comes back by itself. (A file that is replaced under a running server is not
/// noticed: SQLite goes on with the old one.)
///
/// Must be destroyed after the io contexts have stopped calling, and before they are destroyed: tasks
/// that wait are answered first.
///
/// Nobody else in this process may open() and close() the file: POSIX drops all locks of a process on a
/// file when any descriptor of it is closed, SQLite's included.
class Database {
public:
    explicit Database(std::filesystem::path path, const Settings& settings = {})
        : path_(std::move(path)),
          settings_(settings),
          checkpointer_(path_, settings_, turn_, stats_),
          reader_(path_, settings_, stats_) {}

    const std::filesystem::path& path() const noexcept { return path_; }
    const Settings& settings() const noexcept { return settings_; }
    WriteTurn& turn() noexcept { return turn_; }
    Checkpointer& checkpointer() noexcept { return checkpointer_; }
    Reader& reader() noexcept { return reader_; }

    /// How a thread that writes opens the file for itself.
    Connection::Settings writer(int cache_kib) const {
        return {Connection::Access::write, settings_.busy_timeout, cache_kib, &finish_by_};
    }

    /// From now on nobody waits for other processes beyond this moment. Any thread.
    void finish_by(std::chrono::steady_clock::time_point moment) noexcept { finish_by_.store(moment); }

    Stats& stats() noexcept { return stats_; }
    const Stats& stats() const noexcept { return stats_; }

private:
    const std::filesystem::path path_;
    const Settings settings_;
    std::atomic<std::chrono::steady_clock::time_point> finish_by_{
        std::chrono::steady_clock::time_point::max()};
    WriteTurn turn_;
    Stats stats_;
    Checkpointer checkpointer_;
    Reader reader_;
};

}  // namespace urltrim::sqlite
