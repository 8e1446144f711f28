#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
#include "links/link.hpp"

namespace urltrim::clicks {

/// What a redirect knows about a click. The views need to live only as long as the call they are passed to.
struct Click {
    links::LinkId link;
    Clock::UtcTime time;
    std::string_view user_agent;     ///< as sent; the sink may shorten it
    std::string_view referrer_host;  ///< host of the Referer field only, never its path or query
    std::string_view language;       ///< first tag of Accept-Language
    std::uint64_t client_network =
        0;  ///< truncated address (/24 or /48), see clicks/client_network.hpp; 0 = unknown
};

/// Names one journal segment for ever: 128 random bits, never reused.
using SegmentId = std::array<std::byte, 16>;

/// A click as it left the journal. `slot` is its place in the segment: (segment, slot) names it for ever.
struct ClickRecord {
    std::uint32_t slot;
    links::LinkId link;
    Clock::UtcTime time;
};

}  // namespace urltrim::clicks
