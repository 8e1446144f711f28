#pragma once

#include <cstdint>
#include <filesystem>

namespace urltrim::sqlite {

/// The books of one moment: whatever was applied from the journal must be found again in the counters. The
/// SQL is in docs/storage.md.
struct Audit {
    std::int64_t applied = 0;           ///< records that journal segments say they gave to links
    std::int64_t orphaned = 0;          ///< records whose link did not exist; in no counter
    std::int64_t hourly = 0;            ///< sum of the hourly counters
    std::int64_t gained = 0;            ///< sum of the links' totals, less what they came with
    std::int64_t deleted = 0;           ///< hourly clicks of links that were deleted since
    std::int64_t unbalanced_links = 0;  ///< links whose total is not the sum of their hours

    bool balanced() const noexcept {
        return applied == hourly && hourly == gained + deleted && unbalanced_links == 0;
    }
};

/// Reads one snapshot of the database. Blocks: it visits every link, seconds for a million. Any thread.
/// Throws Unavailable.
Audit audit(const std::filesystem::path& path);

}  // namespace urltrim::sqlite
