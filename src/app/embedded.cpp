#include "app/embedded.hpp"

#include <chrono>

#include "base/unavailable.hpp"

namespace urltrim::app {

Embedded::Embedded(const config::Settings& settings, const Clock& clock)
    : database_(settings.sqlite_path),
      links_(database_),
      totals_(database_),
      clicks_(database_),
      limiter_(settings.rate_limit_per_minute, std::chrono::minutes(1), clock) {}

Task<std::vector<http::ComponentStatus>> Embedded::readiness() {
    http::ComponentStatus store;
    store.name = "store";
    try {
        co_await links_.check();
    } catch (const Unavailable&) {
        store.health = http::ComponentStatus::Health::down;
        store.note = "the SQLite database does not answer";
    }
    std::vector<http::ComponentStatus> components;
    components.push_back(std::move(store));
    co_return components;
}

std::vector<telemetry::StoreErrors> Embedded::errors() const {
    const sqlite::Stats& stats = database_.stats();
    return {{"find", stats.look_up_errors},
            {"insert", stats.insert_errors},
            {"apply", stats.apply_errors},
            {"checkpoint", stats.checkpoint_errors}};
}

}  // namespace urltrim::app
