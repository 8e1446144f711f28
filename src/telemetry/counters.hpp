#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace urltrim::telemetry {

// One thread writes, any thread may read, nothing waits. A relaxed load and store is an ordinary addition
// in memory; fetch_add would be a locked instruction of about 5 ns on the way of every redirect.

/// Counts up from zero. Only one thread may call add() and advance_to().
class Counter {
public:
    void add(std::uint64_t n = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    /// Takes over a total that is counted elsewhere. `total` must not be less than before.
    void advance_to(std::uint64_t total) noexcept { value_.store(total, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down. Only one thread may call add() and set().
class Gauge {
public:
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t n) noexcept { set(value() + n); }
    std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// How long something took, in fixed buckets from 50 µs to 10 s. Only one thread may call observe().
class Histogram {
public:
    /// Upper bounds, inclusive. The last bucket, for all that is longer, has none.
    static constexpr auto bounds = std::to_array<std::chrono::nanoseconds>({
        std::chrono::microseconds{50},
        std::chrono::microseconds{100},
        std::chrono::microseconds{250},
        std::chrono::microseconds{500},
        std::chrono::microseconds{1000},
        std::chrono::microseconds{2500},
        std::chrono::milliseconds{5},
        std::chrono::milliseconds{10},
        std::chrono::milliseconds{25},
        std::chrono::milliseconds{50},
        std::chrono::milliseconds{100},
        std::chrono::milliseconds{250},
        std::chrono::milliseconds{500},
        std::chrono::milliseconds{1000},
        std::chrono::milliseconds{2500},
        std::chrono::milliseconds{5000},
        std::chrono::seconds{10},
    });
    static constexpr std::size_t buckets = bounds.size() + 1;

    void observe(std::chrono::nanoseconds duration) noexcept {
        // From the shortest up: nearly every redirect ends at the first, well predicted, comparison.
        std::size_t bucket = 0;
        while (bucket < bounds.size() && duration > bounds[bucket]) ++bucket;
        counts_[bucket].add();
        if (duration.count() > 0) nanoseconds_.add(static_cast<std::uint64_t>(duration.count()));
    }

    /// Observations in this bucket alone, not in those below it.
    std::uint64_t count(std::size_t bucket) const noexcept { return counts_[bucket].value(); }
    std::chrono::nanoseconds sum() const noexcept {
        return std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds_.value())};
    }

private:
    std::array<Counter, buckets> counts_;
    Counter nanoseconds_;
};

}  // namespace urltrim::telemetry
