#pragma once

#include <vector>

#include "clicks/click.hpp"

namespace urltrim::clicks {

/// The clicks in slots [first, end) of one segment; the ranges of a segment begin at 0 and have no gaps.
/// Slots in the range that hold no click (strings, void slots) have no record here. Records are in slot
/// order. Sends records, not sums, so that an overlap with what is already applied can be trimmed.
struct Batch {
    SegmentId segment;
    std::uint32_t first;
    std::uint32_t end;
    std::vector<ClickRecord> records;
};

}  // namespace urltrim::clicks
