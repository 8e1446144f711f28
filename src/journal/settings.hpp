#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace urltrim::journal {

/// JOURNAL_SYNC: when clicks reach the disk. Whatever it says, a range of slots is on disk before it is
/// handed to the relay.
struct SyncPolicy {
    enum class When {
        process,   ///< no sync of its own: clicks survive the death of the process, not of the machine
        interval,  ///< a power cut loses at most `interval`
        group,     ///< the response waits for a shared fdatasync: nothing answered is lost
    };
    When when = When::interval;
    std::chrono::milliseconds interval{20};  ///< only for `interval`
};

/// JOURNAL_ON_FULL: what happens when the disk has no room for another segment and the reserve is used up.
enum class OnFull {
    use_volatile,  ///< clicks go to memory and are delivered from there: exact unless the process dies first
    refuse,        ///< the redirect is answered with 503
};

struct Settings {
    std::filesystem::path directory;         ///< holds nothing but segments; made if missing
    std::size_t segment_bytes = 64 << 20;    ///< size of a segment; a multiple of 4096
    std::size_t reserve = 4;                 ///< segments made ahead, shared by all writers
    std::size_t volatile_bytes = 256 << 20;  ///< most memory for all segments in memory together
    SyncPolicy sync;
    OnFull on_full = OnFull::use_volatile;
    std::chrono::milliseconds group_patience{5'000};  ///< longest wait of settled() when a sync failed
    std::chrono::milliseconds retry_first{100};  ///< back-off of making segments: first and longest pause
    std::chrono::milliseconds retry_longest{10'000};
};

}  // namespace urltrim::journal
