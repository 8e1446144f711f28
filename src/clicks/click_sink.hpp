#pragma once

#include "clicks/click.hpp"
#include "runtime/task.hpp"

namespace urltrim::clicks {

/// Where a redirect leaves its click. One sink per io thread, called only on that thread.
class ClickSink {
public:
    enum class Outcome {
        recorded,  ///< the response may be sent now
        wait,      ///< recorded; co_await settled() before the response is sent (JOURNAL_SYNC=group)
        refused,   ///< there is no room and JOURNAL_ON_FULL=refuse: answer 503, nothing was recorded
    };

    virtual ~ClickSink() = default;

    /// Instant: never suspends, blocks, throws or makes a system call in the common case. The click is
    /// on record when this returns.
    virtual Outcome record(const Click& click) noexcept = 0;

    /// Completes once every click recorded here before the call survives a power cut. Throws Unavailable
    /// if that cannot be achieved in time.
    virtual Task<> settled() = 0;
};

}  // namespace urltrim::clicks
