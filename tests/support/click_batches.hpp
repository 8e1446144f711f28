#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>

#include "clicks/batch.hpp"

namespace urltrim::testing {

/// 2023-11-14 22:13:20 UTC.
inline constexpr Clock::UtcTime some_time{std::chrono::seconds{1'700'000'000}};

inline clicks::SegmentId segment_id(std::uint8_t number) {
    clicks::SegmentId id{};
    id.back() = std::byte{number};
    return id;
}

/// Slots [first, first + links) of a segment, each a click of the link named.
inline clicks::Batch batch_of(std::uint8_t segment, std::uint32_t first,
                              std::initializer_list<links::LinkId> links, Clock::UtcTime time = some_time) {
    clicks::Batch batch{segment_id(segment), first, first, {}};
    for (const links::LinkId link : links) {
        batch.records.push_back(clicks::ClickRecord{batch.end++, link, time});
    }
    return batch;
}

}  // namespace urltrim::testing
