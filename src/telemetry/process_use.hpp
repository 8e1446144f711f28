#pragma once

#include <chrono>
#include <cstdint>

namespace urltrim::telemetry {

/// What this process takes from its machine.
struct ProcessUse {
    std::chrono::sys_time<std::chrono::milliseconds> started;
    std::chrono::nanoseconds cpu{0};  ///< user and system time of all threads
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
};

/// Reads it from /proc/self (proc(5)) and getrusage(2). Any thread. Costs about 50 µs, and more with
/// thousands of open connections, so for a scrape, not for a request. What cannot be read stays 0.
ProcessUse process_use();

}  // namespace urltrim::telemetry
