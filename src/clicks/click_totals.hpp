#pragma once

#include <cstdint>
#include <optional>

#include "links/short_code.hpp"
#include "runtime/task.hpp"

namespace urltrim::clicks {

/// What /analytics reads. An async port: called on an io thread, suspends, never blocks.
class ClickTotals {
public:
    virtual ~ClickTotals() = default;

    /// Clicks applied so far to the link named `code`, or nothing if there is no such link. Throws
    /// Unavailable.
    virtual Task<std::optional<std::int64_t>> total(links::ShortCode code) = 0;
};

}  // namespace urltrim::clicks
