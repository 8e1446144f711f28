#include "base/failpoint.hpp"

#if URLTRIM_FAILPOINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <thread>

namespace urltrim {
namespace {

struct Failpoint {
    enum class Action { kill, error, stall };

    std::string name;
    Action action = Action::kill;
    std::chrono::milliseconds stall{0};
    unsigned long first = 1;
    bool repeats = false;
    std::atomic<unsigned long> arrivals{0};
};

[[noreturn]] void refuse(std::string_view entry) {
    std::fprintf(stderr, "URLTRIM_FAILPOINTS: cannot read \"%.*s\"\n", static_cast<int>(entry.size()),
                 entry.data());
    std::_Exit(2);
}

unsigned long number(std::string_view text, std::string_view entry) {
    unsigned long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) refuse(entry);
    return value;
}

void parse_entry(std::string_view entry, Failpoint& point) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) refuse(entry);
    point.name = entry.substr(0, equals);
    std::string_view action = entry.substr(equals + 1);
    if (const std::size_t at = action.find('@'); at != std::string_view::npos) {
        std::string_view when = action.substr(at + 1);
        point.repeats = when.ends_with('+');
        if (point.repeats) when.remove_suffix(1);
        point.first = number(when, entry);
        action = action.substr(0, at);
    }
    if (action == "kill") {
        point.action = Failpoint::Action::kill;
    } else if (action == "error") {
        point.action = Failpoint::Action::error;
    } else if (action.starts_with("stall:")) {
        point.action = Failpoint::Action::stall;
        point.stall = std::chrono::milliseconds(number(action.substr(6), entry));
    } else {
        refuse(entry);
    }
}

std::deque<Failpoint> read_environment() {
    std::deque<Failpoint> points;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here changes the environment
    const char* variable = std::getenv("URLTRIM_FAILPOINTS");
    std::string_view rest = variable == nullptr ? "" : variable;
    while (!rest.empty()) {
        const std::size_t semicolon = rest.find(';');
        parse_entry(rest.substr(0, semicolon), points.emplace_back());
        rest = semicolon == std::string_view::npos ? "" : rest.substr(semicolon + 1);
    }
    return points;
}

Failpoint* find(std::string_view name) noexcept {
    static std::deque<Failpoint> points = read_environment();
    for (Failpoint& point : points) {
        if (point.name == name) return &point;
    }
    return nullptr;
}

/// One line on stderr, so that a test can tell a crash point that held from one that was never reached.
void announce(const Failpoint& point) noexcept {
    ::dprintf(STDERR_FILENO, "failpoint %s reached\n", point.name.c_str());
}

}  // namespace

Fault failpoint(std::string_view name) noexcept {
    Failpoint* point = find(name);
    if (point == nullptr) return Fault::none;
    const unsigned long arrival = point->arrivals.fetch_add(1) + 1;
    if (point->repeats ? arrival < point->first : arrival != point->first) return Fault::none;
    if (arrival == point->first) announce(*point);
    switch (point->action) {
        case Failpoint::Action::kill:
            ::kill(::getpid(), SIGKILL);
            ::pause();
            return Fault::none;
        case Failpoint::Action::error:
            return Fault::error;
        case Failpoint::Action::stall:
            std::this_thread::sleep_for(point->stall);
            return Fault::none;
    }
    return Fault::none;
}

bool failpoint_armed(std::string_view name) noexcept {
    return find(name) != nullptr;
}

}  // namespace urltrim

#endif
