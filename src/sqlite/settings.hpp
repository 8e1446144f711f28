#pragma once

#include <chrono>
#include <cstddef>

namespace urltrim::sqlite {

struct Settings {
    /// The longest that a task waits for an answer.
    std::chrono::milliseconds answer_within{5000};
    /// How long a thread waits for a lock that another process holds on the database.
    std::chrono::milliseconds busy_timeout{2000};
    /// Size of the write-ahead log, in pages of 4 KiB, from which on it is folded into the database.
    int checkpoint_pages = 4096;
    /// Counters that one click transaction may touch. Creates wait while it runs: about 5 µs per counter.
    std::size_t counters_per_commit = 8192;
};

}  // namespace urltrim::sqlite
