#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace urltrim::config {

// How the text of a variable becomes a value. Each answers nothing for a text it does not understand in full.
// Pure functions; any thread.

/// Decimal digits only, no sign; `least` to `most`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most);

/// true false yes no on off 1 0, in any case.
std::optional<bool> parse_boolean(std::string_view text);

/// Bytes, or a number with KiB, MiB or GiB.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// A number with ms, s, m or h, a blank in between allowed. A bare number counts `unit`s.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::chrono::milliseconds unit);

/// An IP address, or `localhost` for 127.0.0.1.
std::optional<ip::address> parse_address(std::string_view text);

/// Networks (`10.0.0.0/8`) or single addresses, separated by commas or blanks. Bits beyond the prefix are
/// dropped.
std::optional<Networks> parse_networks(std::string_view text);

/// `http` or `https`, an ASCII host, perhaps a port, perhaps one slash. Answers it in lower case without the
/// slash and without the scheme's own port.
std::optional<std::string> parse_origin(std::string_view text);

/// `process`, `group`, `interval` or `interval:` and a duration (milliseconds if it is a bare number) of 1 ms
/// to 1 min.
std::optional<JournalSync> parse_journal_sync(std::string_view text);

/// `sqlite:///relative`, `sqlite:////absolute` (as SQLAlchemy writes them, `sqlite+aiosqlite:` included), or
/// `sqlite` for the empty path. No databases in memory and no parameters: links have to survive.
std::optional<std::filesystem::path> parse_sqlite_url(std::string_view text);

}  // namespace urltrim::config
