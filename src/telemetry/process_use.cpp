#include "telemetry/process_use.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace urltrim::telemetry {
namespace {

/// Resident pages are the second number of /proc/self/statm.
std::uint64_t resident_bytes_now() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_fds_now() {
    std::error_code error;
    std::filesystem::directory_iterator entries("/proc/self/fd", error);
    if (error) return 0;
    const auto seen = std::distance(begin(entries), end(entries));
    return static_cast<std::uint64_t>(
        std::max<std::ptrdiff_t>(seen - 1, 0));  // without the one that reads them
}

/// Field 22 of /proc/self/stat is the start in clock ticks after boot. Field 2, the name, may hold spaces
/// and parentheses, so counting begins behind the last one.
std::chrono::nanoseconds start_since_boot() {
    std::ifstream stat("/proc/self/stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream fields(line.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field < 22; ++field) fields >> skipped;
    std::int64_t ticks = 0;
    fields >> ticks;
    return std::chrono::nanoseconds{std::chrono::seconds{1}} * ticks / ::sysconf(_SC_CLK_TCK);
}

std::chrono::nanoseconds since_boot() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

std::chrono::nanoseconds cpu_so_far() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto time = [](const timeval& t) {
        return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec};
    };
    return time(use.ru_utime) + time(use.ru_stime);
}

std::uint64_t max_fds_now() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace

ProcessUse process_use() {
    const auto age = since_boot() - start_since_boot();
    const auto started = std::chrono::system_clock::now() - age;
    return ProcessUse{
        .started = std::chrono::time_point_cast<std::chrono::milliseconds>(started),
        .cpu = cpu_so_far(),
        .resident_bytes = resident_bytes_now(),
        .open_fds = open_fds_now(),
        .max_fds = max_fds_now(),
    };
}

}  // namespace urltrim::telemetry
