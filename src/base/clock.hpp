#pragma once

#include <chrono>

namespace urltrim {

/// Where the time comes from, so that a test can hand over its own. Instant; any thread.
class Clock {
public:
    using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;
    using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

    virtual ~Clock() = default;

    /// Time of day, for records and headers. May jump.
    virtual UtcTime utc() const noexcept = 0;

    /// For durations and deadlines. Never goes back.
    virtual SteadyTime steady() const noexcept = 0;
};

class SystemClock final : public Clock {
public:
    UtcTime utc() const noexcept override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    SteadyTime steady() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace urltrim
