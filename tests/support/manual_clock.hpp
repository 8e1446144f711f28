#pragma once

#include "base/clock.hpp"

namespace urltrim::testing {

/// A clock that a test moves by hand; both times go together.
class ManualClock final : public Clock {
public:
    UtcTime utc() const noexcept override {
        return UtcTime{std::chrono::milliseconds{1'700'000'000'000}} +
               std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_);
    }
    SteadyTime steady() const noexcept override { return SteadyTime{} + elapsed_; }

    void advance(std::chrono::nanoseconds step) { elapsed_ += step; }

private:
    std::chrono::nanoseconds elapsed_{std::chrono::hours{1}};
};

}  // namespace urltrim::testing
