#include "config/variables.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "config/values.hpp"

namespace urltrim::config {
namespace {

using namespace std::chrono_literals;

template <class Target, class Value>
bool assign(Target& target, std::optional<Value> value) {
    if (!value) return false;
    target = static_cast<Target>(*std::move(value));
    return true;
}

bool assign_seconds(std::chrono::seconds& target, std::string_view text, std::chrono::seconds least,
                    std::chrono::seconds most) {
    const auto duration = parse_duration(text, 1s);
    if (!duration || *duration % 1s != 0s || *duration < least || *duration > most) return false;
    target = std::chrono::duration_cast<std::chrono::seconds>(*duration);
    return true;
}

bool assign_bytes(std::size_t& target, std::string_view text, std::uint64_t least, std::uint64_t most) {
    const auto bytes = parse_bytes(text);
    if (!bytes || *bytes < least || *bytes > most) return false;
    target = *bytes;
    return true;
}

/// One of a few words.
template <class Value, std::size_t Size>
bool choose(Value& target, std::string_view text,
            const std::array<std::pair<std::string_view, Value>, Size>& words) {
    const auto* const found = std::ranges::find(words, text, &std::pair<std::string_view, Value>::first);
    if (found == words.end()) return false;
    target = found->second;
    return true;
}

constexpr std::array<std::pair<std::string_view, LogLevel>, 5> log_levels{{{"trace", LogLevel::trace},
                                                                           {"debug", LogLevel::debug},
                                                                           {"info", LogLevel::info},
                                                                           {"warning", LogLevel::warning},
                                                                           {"error", LogLevel::error}}};
constexpr std::array<std::pair<std::string_view, LogFormat>, 2> log_formats{
    {{"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr std::array<std::pair<std::string_view, JournalOnFull>, 2> on_full_words{
    {{"volatile", JournalOnFull::use_volatile}, {"refuse", JournalOnFull::refuse}}};

std::string log_level_in_force(const Settings& settings) {
    const auto* const word =
        std::ranges::find(log_levels, settings.log_level, &std::pair<std::string_view, LogLevel>::second);
    return std::string(word->first);
}

bool parse_data_dir(std::string_view text, Settings& settings) {
    // A shell would have expanded the tilde. A folder of that name in the working directory is never meant.
    if (text.starts_with('~')) return false;
    settings.data_dir = std::filesystem::path(text);
    return true;
}

bool parse_app_name(std::string_view text, Settings& settings) {
    const auto printable = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
    if (text.size() > 64 || !std::ranges::all_of(text, printable)) return false;
    settings.app_name = text;
    return true;
}

std::string_view database_not_supported(std::string_view text) {
    const std::string_view scheme = text.substr(0, text.find(':'));
    if (scheme != "postgres" && !scheme.starts_with("postgresql")) return {};
    return "postgresql is not supported by this version yet; leave it unset or use sqlite:///path";
}

std::string_view redis_not_supported(std::string_view /*text*/) {
    return "redis is not supported by this version yet; leave it unset for the in-process cache and limiter";
}

std::string_view rabbitmq_not_supported(std::string_view /*text*/) {
    return "rabbitmq is not supported by this version yet; leave it unset to have clicks applied in process";
}

/// For variables that `unsupported` always refuses.
bool parse_nothing(std::string_view /*text*/, Settings& /*settings*/) {
    return false;
}

constexpr auto table = std::to_array<Variable>({
    {.name = "HOST",
     .standard = "127.0.0.1",
     .expected = "an IP address or localhost",
     .meaning = "Address of the public listener; 0.0.0.0 or :: for all.",
     .parse = [](std::string_view text, Settings& s) { return assign(s.host, parse_address(text)); }},
    {.name = "PORT",
     .standard = "8001",
     .expected = "a port number from 0 to 65535",
     .meaning = "Port of the public listener; 0 takes any free one.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.port, parse_number(text, 0, 65535)); }},
    {.name = "ADMIN_HOST",
     .standard = "127.0.0.1",
     .expected = "an IP address or localhost",
     .meaning = "Address of the admin listener: metrics and probes.",
     .parse = [](std::string_view text, Settings& s) { return assign(s.admin_host, parse_address(text)); }},
    {.name = "ADMIN_PORT",
     .standard = "9101",
     .expected = "a port number from 0 to 65535 (0 = off)",
     .meaning = "Port of the admin listener; 0 turns it off.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.admin_port, parse_number(text, 0, 65535)); }},
    {.name = "BASE_URL",
     .standard = "",
     .expected = "an http or https origin without path, such as https://go.example.com",
     .meaning = "Public origin of short links; unset: the scheme and Host of each request.",
     .parse = [](std::string_view text, Settings& s) { return assign(s.base_url, parse_origin(text)); }},
    {.name = "DATA_DIR",
     .standard = "./data",
     .expected = "a folder (~ is not expanded)",
     .meaning = "Folder of the SQLite file and the click journal; made if missing.",
     .parse = parse_data_dir},
    {.name = "DATABASE_URL",
     .standard = "sqlite",
     .expected = "sqlite, sqlite:///relative/path or sqlite:////absolute/path",
     .meaning = "Where links and counts live; sqlite alone means urltrim.db in DATA_DIR.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.sqlite_path, parse_sqlite_url(text)); },
     .secret = true,
     .unsupported = database_not_supported,
     .in_force = [](const Settings& s) { return "sqlite:///" + s.sqlite_path.string(); }},
    {.name = "REDIS_URL",
     .standard = "",
     .expected = "nothing",
     .meaning = "Not supported by this version yet: setting it stops the start.",
     .parse = parse_nothing,
     .secret = true,
     .unsupported = redis_not_supported},
    {.name = "RABBITMQ_URL",
     .standard = "",
     .expected = "nothing",
     .meaning = "Not supported by this version yet: setting it stops the start.",
     .parse = parse_nothing,
     .secret = true,
     .unsupported = rabbitmq_not_supported},
    {.name = "SHORT_CODE_LENGTH",
     .standard = "6",
     .expected = "a number from 4 to 32",
     .meaning = "Characters of a random code.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.short_code_length, parse_number(text, 4, 32)); }},
    {.name = "ALIAS_MAX_LENGTH",
     .standard = "64",
     .expected = "a number from 1 to 64",
     .meaning = "Longest alias that may be chosen.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.alias_max_length, parse_number(text, 1, 64)); }},
    {.name = "DENY_PRIVATE_TARGETS",
     .standard = "false",
     .expected = "true or false",
     .meaning = "Refuse links to loopback, link-local and private addresses.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.deny_private_targets, parse_boolean(text)); }},
    {.name = "CACHE_TTL",
     .standard = "3600",
     .expected = "seconds from 1 to 31536000",
     .meaning = "How long a link stays in Redis, in seconds; without REDIS_URL it has no effect.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign_seconds(s.cache_ttl, text, 1s, 31'536'000s); }},
    {.name = "LOCAL_CACHE_TTL",
     .standard = "5",
     .expected = "seconds from 1 to 86400",
     .meaning = "How long the process may answer from memory without asking the store, in seconds.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign_seconds(s.local_cache_ttl, text, 1s, 86'400s); }},
    {.name = "LOCAL_CACHE_BYTES",
     .standard = "67108864",
     .expected = "bytes from 1MiB to 1024GiB (67108864 or 64MiB)",
     .meaning = "Memory for links, of all threads together, in bytes.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign_bytes(s.local_cache_bytes, text, 1ULL << 20, 1ULL << 40); }},
    {.name = "RATE_LIMIT_PER_MINUTE",
     .standard = "60",
     .expected = "a number from 0 to 100000 (0 = off)",
     .meaning = "Links that one client may create in any 60 seconds; 0 turns the limit off.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.rate_limit_per_minute, parse_number(text, 0, 100'000)); }},
    {.name = "TRUSTED_PROXIES",
     .standard = "",
     .expected = "a list of addresses and networks, such as 127.0.0.1, 10.0.0.0/8, fd00::/8",
     .meaning = "Proxies whose word about the client's address and scheme is taken.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.trusted_proxies, parse_networks(text)); }},
    {.name = "THREADS",
     .standard = "",
     .expected = "a number from 1 to 1024",
     .meaning = "Threads that serve requests; unset: one for each core that the process may use.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.threads, parse_number(text, 1, 1024)); },
     .in_force = [](const Settings& s) { return std::to_string(s.threads); }},
    {.name = "JOURNAL_SYNC",
     .standard = "interval:20ms",
     .expected = "process, group or interval:N with N from 1ms to 1m",
     .meaning =
         "When clicks are forced to disk: process survives any kill, interval:20ms loses at most that in a "
         "power cut, group loses nothing that was answered.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.journal_sync, parse_journal_sync(text)); }},
    {.name = "JOURNAL_ON_FULL",
     .standard = "volatile",
     .expected = "volatile or refuse",
     .meaning = "When the disk is full: keep clicks in memory (volatile) or answer 503 (refuse).",
     .parse = [](std::string_view text,
                 Settings& s) { return choose(s.journal_on_full, text, on_full_words); }},
    {.name = "JOURNAL_SEGMENT_BYTES",
     .standard = "67108864",
     .expected = "bytes from 64KiB to 1GiB (67108864 or 64MiB)",
     .meaning = "Size of a journal file, in bytes.",
     .parse =
         [](std::string_view text, Settings& s) {
             return assign_bytes(s.journal_segment_bytes, text, 1ULL << 16, 1ULL << 30);
         }},
    {.name = "JOURNAL_RESERVE",
     .standard = "4",
     .expected = "a number from 1 to 64",
     .meaning = "Journal files made ahead, to go on recording when the disk fills up.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign(s.journal_reserve, parse_number(text, 1, 64)); }},
    {.name = "SHUTDOWN_TIMEOUT",
     .standard = "10",
     .expected = "seconds from 0 to 3600",
     .meaning = "How long a stop waits for requests in flight, in seconds.",
     .parse = [](std::string_view text,
                 Settings& s) { return assign_seconds(s.shutdown_timeout, text, 0s, 3600s); }},
    {.name = "APP_NAME",
     .standard = "urltrim",
     .expected = "1 to 64 printable characters",
     .meaning = "What the service calls itself, in answers and logs.",
     .parse = parse_app_name},
    {.name = "DEBUG",
     .standard = "false",
     .expected = "true or false",
     .meaning = "Log at level debug, unless LOG_LEVEL is set.",
     .parse = [](std::string_view text, Settings& s) { return assign(s.debug, parse_boolean(text)); }},
    {.name = "LOG_LEVEL",
     .standard = "info",
     .expected = "trace, debug, info, warning or error",
     .meaning = "The least important events that are logged.",
     .parse = [](std::string_view text, Settings& s) { return choose(s.log_level, text, log_levels); },
     .in_force = log_level_in_force},
    {.name = "LOG_FORMAT",
     .standard = "text",
     .expected = "text or json",
     .meaning = "Log lines for people (text) or for machines (json).",
     .parse = [](std::string_view text, Settings& s) { return choose(s.log_format, text, log_formats); }},
});

/// The cores that the affinity mask leaves to this process.
unsigned usable_cores() {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (::sched_getaffinity(0, sizeof mask, &mask) == 0) return static_cast<unsigned>(CPU_COUNT(&mask));
    return std::max(1U, std::thread::hardware_concurrency());  // more cores than the mask has bits
}

/// `text` in lines of at most `width` columns.
std::vector<std::string_view> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string_view> lines;
    while (text.size() > width) {
        const std::size_t end = text.rfind(' ', width);
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    lines.push_back(text);
    return lines;
}

}  // namespace

std::string Variable::flag() const {
    if (secret) return {};
    std::string text = "--";
    for (const char c : name) text += c == '_' ? '-' : static_cast<char>(c - 'A' + 'a');
    return text;
}

std::span<const Variable> variables() {
    return table;
}

const Variable* find_variable(std::string_view name) {
    const auto* const found = std::ranges::find(table, name, &Variable::name);
    return found == table.end() ? nullptr : found;
}

void complete(Settings& settings, bool log_level_given) {
    if (settings.sqlite_path.empty()) settings.sqlite_path = settings.data_dir / "urltrim.db";
    if (settings.threads == 0) settings.threads = usable_cores();
    if (settings.debug && !log_level_given) settings.log_level = LogLevel::debug;
}

std::string variables_help() {
    static constexpr std::size_t indent = 26;
    static constexpr std::size_t columns = 100;
    std::string text;
    for (const Variable& variable : table) {
        std::string meaning(variable.meaning);
        if (!variable.standard.empty()) meaning += fmt::format(" [{}]", variable.standard);
        std::string_view head = variable.name;
        for (const std::string_view line : wrapped(meaning, columns - indent)) {
            fmt::format_to(std::back_inserter(text), "  {:<{}}{}\n", head, indent - 2, line);
            head = {};
        }
    }
    return text;
}

}  // namespace urltrim::config
