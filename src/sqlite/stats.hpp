#pragma once

#include <atomic>
#include <cstdint>

namespace urltrim::sqlite {

/// What happened so far; each number only grows. Written by the store's threads, read by any.
struct Stats {
    using Count = std::atomic<std::uint64_t>;

    Count look_ups{0};         ///< rows asked for, of links and totals alike
    Count look_up_batches{0};  ///< read transactions they shared
    Count links_inserted{0};   ///< links made durable
    Count link_commits{0};     ///< commits they shared
    Count clicks_applied{0};   ///< click records added to the counters, orphans included
    Count click_commits{0};    ///< transactions that did so
    Count checkpoints{0};      ///< times the write-ahead log was folded into the database

    Count look_up_errors{0};  ///< look-ups that got Unavailable
    Count insert_errors{0};   ///< inserts that got Unavailable
    Count apply_errors{0};    ///< calls of apply() that threw
    Count checkpoint_errors{0};
};

}  // namespace urltrim::sqlite
