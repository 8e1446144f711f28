#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "clicks/batch.hpp"

namespace urltrim::sqlite {

/// What one transaction adds to the counters: records summed up per link and hour, until that would
/// touch more counters than allowed. A value: no I/O, one thread.
class Tally {
public:
    struct HourlyClicks {
        links::LinkId link;
        std::int64_t hour;  ///< Unix time (s, UTC) of its beginning
        std::int64_t clicks;
    };

    /// One segment's part: its mark goes to `mark`, and these are the records that the step covers. They
    /// point into the batch.
    struct Advance {
        clicks::SegmentId segment;
        std::uint32_t mark;
        std::span<const clicks::ClickRecord> records;
    };

    explicit Tally(std::size_t max_counters);

    /// Adds the slots of `batch` from `mark` on, which must lie in its range. False when only a part found
    /// room: the rest is for the next tally, from the mark that this one reached.
    bool add(const clicks::Batch& batch, std::uint32_t mark);

    const std::vector<Advance>& advances() const noexcept { return advances_; }

    /// In the order of the tables, so that neighbours share pages.
    std::vector<HourlyClicks> sorted() const;

private:
    struct Counter {
        links::LinkId link;
        std::int64_t hour;
        friend bool operator==(const Counter&, const Counter&) = default;
    };
    struct Hash {
        std::size_t operator()(const Counter& counter) const noexcept;
    };

    static Counter counter_of(const clicks::ClickRecord& record) noexcept;
    std::int64_t* find_or_make(const Counter& counter);

    std::size_t max_counters_;
    std::unordered_map<Counter, std::int64_t, Hash> counters_;
    std::vector<Advance> advances_;
};

}  // namespace urltrim::sqlite
