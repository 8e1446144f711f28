#pragma once

#include "app/backends.hpp"
#include "config/settings.hpp"
#include "limits/sliding_window.hpp"
#include "sqlite/click_store.hpp"
#include "sqlite/click_totals.hpp"
#include "sqlite/database.hpp"
#include "sqlite/link_repository.hpp"

namespace urltrim::app {

/// The mode without servers: links and counts in SQLite, the limiter in this process. Expects a migrated
/// database.
///
/// Must be destroyed after the io threads have stopped and before their loops are destroyed.
class Embedded final : public Backends {
public:
    Embedded(const config::Settings& settings, const Clock& clock);

    links::LinkRepository& links() override { return links_; }
    clicks::ClickTotals& totals() override { return totals_; }
    clicks::ClickStore& clicks() override { return clicks_; }
    limits::RateLimiter& limiter() override { return limiter_; }

    Task<std::vector<http::ComponentStatus>> readiness() override;
    void finish_by(Clock::SteadyTime moment) override { database_.finish_by(moment); }
    std::vector<telemetry::StoreErrors> errors() const override;

private:
    mutable sqlite::Database database_;
    sqlite::LinkRepository links_;
    sqlite::ClickTotals totals_;
    sqlite::ClickStore clicks_;
    limits::InProcessRateLimiter limiter_;
};

}  // namespace urltrim::app
