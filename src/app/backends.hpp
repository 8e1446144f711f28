#pragma once

#include "base/clock.hpp"
#include "clicks/click_store.hpp"
#include "clicks/click_totals.hpp"
#include "http/readiness.hpp"
#include "limits/rate_limiter.hpp"
#include "links/link_repository.hpp"

#include <vector>

#include "telemetry/exposition.hpp"

namespace urltrim::app {

/// What the service talks to, whatever that is: made from the configuration by one of the modes
/// (embedded.hpp: SQLite and nothing else), and the only place where the choice shows. The async ports may be
/// used from every io thread.
class Backends {
public:
    virtual ~Backends() = default;

    virtual links::LinkRepository& links() = 0;
    virtual clicks::ClickTotals& totals() = 0;
    virtual clicks::ClickStore& clicks() = 0;  ///< for the relay thread
    virtual limits::RateLimiter& limiter() = 0;

    /// How each of them is, one entry a component. Any io thread; never throws Unavailable.
    virtual Task<std::vector<http::ComponentStatus>> readiness() = 0;

    /// The process is to end: nothing waits for other processes beyond this moment. Any thread.
    virtual void finish_by(Clock::SteadyTime moment) = 0;

    /// Failures since the start. Any thread.
    virtual std::vector<telemetry::StoreErrors> errors() const = 0;
};

}  // namespace urltrim::app
