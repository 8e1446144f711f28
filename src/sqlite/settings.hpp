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
    /// Counters that one click transaction may touch: the more, the more of them share a page, and the
    /// cheaper a click gets.
    std::size_t counters_per_commit = 16384;
    /// The same while links are being created, which wait for a click transaction to end.
    std::size_t counters_between_creates = 2048;
};

}  // namespace urltrim::sqlite
