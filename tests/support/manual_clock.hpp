#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace urltrim::testing {

/// A clock that a test moves by hand, on one thread at a time; both times go together, and any thread may
/// look.
class ManualClock final : public Clock {
public:
    UtcTime utc() const noexcept override {
        return UtcTime{std::chrono::milliseconds{1'700'000'000'000}} +
               std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_.load());
    }
    SteadyTime steady() const noexcept override { return SteadyTime{} + elapsed_.load(); }

    void advance(std::chrono::nanoseconds step) { elapsed_ = elapsed_.load() + step; }

private:
    std::atomic<std::chrono::nanoseconds> elapsed_{std::chrono::hours{1}};
};

}  // namespace urltrim::testing
