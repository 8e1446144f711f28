#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "limits/rate_limiter.hpp"

namespace urltrim::limits {

/// At most `limit` admissions per client in any `window`: an exact sliding window, one time stamp per
/// admission. Instant; not thread-safe.
///
/// Memory is bounded: of more than `max_clients` clients the one that was admitted longest ago is forgotten.
/// Forgetting helps a client only if it can bring a hundred thousand others in between.
class SlidingWindow {
public:
    static constexpr std::size_t default_max_clients = 100'000;

    SlidingWindow(unsigned limit, std::chrono::nanoseconds window, const Clock& clock,
                  std::size_t max_clients = default_max_clients);

    /// A refused request is not counted. A limit of 0 admits everything.
    Admission admit(std::string_view client);

    std::size_t clients() const noexcept { return clients_.size(); }

private:
    struct Client {
        std::string key;
        std::vector<Clock::SteadyTime> admissions;  // oldest first, at most `limit`
    };
    using ByAdmission = std::list<Client>;  // the longest ago first

    ByAdmission::iterator client_named(std::string_view key);
    void forget_expired(Clock::SteadyTime now);

    unsigned limit_;
    std::chrono::nanoseconds window_;
    const Clock& clock_;
    std::size_t max_clients_;
    ByAdmission by_admission_;
    boost::unordered_flat_map<std::string_view, ByAdmission::iterator>
        clients_;  // keys live in by_admission_
};

/// The RateLimiter of one process: one window for all io threads behind a mutex, held for about 100 ns.
class InProcessRateLimiter final : public RateLimiter {
public:
    InProcessRateLimiter(unsigned limit, std::chrono::nanoseconds window, const Clock& clock)
        : window_(limit, window, clock) {}

    Task<Admission> admit(std::string client) override;

private:
    std::mutex mutex_;
    SlidingWindow window_;
};

}  // namespace urltrim::limits
