#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "telemetry/counters.hpp"

namespace urltrim::telemetry {

/// What became of a request for a short code.
enum class RedirectResult { found, not_found, unavailable, refused };
inline constexpr std::size_t redirect_results = 4;

/// What was asked for, redirects aside. Never a path: no label may be chosen by a client.
enum class Route { shorten, analytics, page, probe, other };
inline constexpr std::size_t routes = 5;

/// Why a connection was closed before there was a request to answer.
enum class RequestFault { malformed, head_too_large, body_too_large, too_slow };
inline constexpr std::size_t request_fault_kinds = 4;

/// One T for each value of an enumeration that counts from 0.
template <class Label, class T, std::size_t Size>
class PerLabel {
public:
    T& operator[](Label label) noexcept { return values_[static_cast<std::size_t>(label)]; }
    const T& operator[](Label label) const noexcept { return values_[static_cast<std::size_t>(label)]; }

private:
    std::array<T, Size> values_;
};

/// Responses of one route by the first digit of their status.
class StatusCounters {
public:
    static constexpr std::size_t classes = 5;  ///< 1xx to 5xx

    void count(unsigned status) noexcept { counters_[status / 100 - 1].add(); }
    /// `status_class` is 1 for 1xx, and so on.
    std::uint64_t value(std::size_t status_class) const noexcept {
        return counters_[status_class - 1].value();
    }

private:
    std::array<Counter, classes> counters_;
};

/// What the local cache of one io thread did.
struct LocalCacheMetrics {
    Counter hits;
    Counter misses;
    Counter negative_hits;  ///< answered "no such link" from memory
    Counter evictions;      ///< dropped to make room, not for age
    Counter joins;          ///< look-ups that waited for one already under way
    Counter stale_hits;     ///< answered past the TTL because the store was away
    Gauge bytes;
    Gauge entries;
};

/// What one io thread counts: written by that thread only, summed over all threads when somebody scrapes
/// (exposition.hpp). Aligned, so that two threads never write to the same cache line.
struct alignas(64) ShardMetrics {
    PerLabel<RedirectResult, Counter, redirect_results> redirects;
    Histogram redirect_duration;  ///< from the parsed head to the response handed to the kernel
    LocalCacheMetrics local_cache;

    PerLabel<Route, StatusCounters, routes> responses;
    Counter rate_limited;
    PerLabel<RequestFault, Counter, request_fault_kinds> request_faults;

    Counter connections_accepted;
    Gauge connections_open;
    Counter accept_errors;
};

}  // namespace urltrim::telemetry
