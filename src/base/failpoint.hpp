#pragma once

#include <string_view>

namespace urltrim {

/// Named places where the exactness tests make the process die, fail or stall: the crash points of
/// docs/click_protocol.md. Compiled in only with URLTRIM_FAILPOINTS=ON (dev, asan, tsan); in a release
/// build every call is a constant and disappears.
///
/// Armed by the environment, read once at the first call:
///   URLTRIM_FAILPOINTS="journal.slot_filled=kill@17;journal.sync=error@1+;relay.cut=stall:500@2"
///   entry  = name "=" action [ "@" N [ "+" ] ]
///   action = "kill" | "error" | "stall:" milliseconds
/// The action happens at the N-th arrival (default 1), with "+" at every arrival from then on.
/// `kill` is SIGKILL to this process. `error` makes failpoint() answer Fault::error; the call site then
/// behaves as if the system call there had failed. The first time an entry acts, it says
/// "failpoint NAME reached" on stderr.
enum class Fault { none, error };

#if URLTRIM_FAILPOINTS
inline constexpr bool failpoints_compiled_in = true;
Fault failpoint(std::string_view name) noexcept;
/// Whether `name` is armed at all: for call sites that must act differently before the crash point.
bool failpoint_armed(std::string_view name) noexcept;
#else
inline constexpr bool failpoints_compiled_in = false;
constexpr Fault failpoint(std::string_view /*name*/) noexcept {
    return Fault::none;
}
constexpr bool failpoint_armed(std::string_view /*name*/) noexcept {
    return false;
}
#endif

}  // namespace urltrim
