#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace urltrim::config {
namespace {

constexpr std::string_view digits = "0123456789";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

/// Takes `prefix` off the front of `text`, if it is there.
bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// A number followed by a unit, which may be missing.
struct Quantity {
    std::uint64_t number;
    std::string_view unit;
};

std::optional<Quantity> split_quantity(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of(digits), text.size());
    const auto number = parse_number(text.substr(0, end), 0, std::numeric_limits<std::uint64_t>::max());
    if (!number) return std::nullopt;
    return Quantity{*number, text.substr(end)};
}

bool is_host_name(std::string_view host) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    return !host.empty() && host.size() <= 253 && host.front() != '.' && std::ranges::all_of(host, allowed);
}

bool is_bracketed_ipv6(std::string_view host) {
    if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
    const std::string_view inside = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    ip::make_address_v6(std::string(inside), error);
    return !error && inside.find('%') == std::string_view::npos;
}

bool add_network(std::string_view text, Networks& networks) {
    const std::size_t slash = text.find('/');
    const std::string_view address_text = text.substr(0, slash);
    if (address_text.find('%') != std::string_view::npos) return false;
    boost::system::error_code error;
    const ip::address address = ip::make_address(std::string(address_text), error);
    if (error) return false;

    const unsigned bits = address.is_v4() ? 32 : 128;
    std::uint64_t prefix = bits;
    if (slash != std::string_view::npos) {
        const auto given = parse_number(text.substr(slash + 1), 0, bits);
        if (!given) return false;
        prefix = *given;
    }
    const auto length = static_cast<unsigned short>(prefix);

    if (address.is_v4()) {
        networks.v4.push_back(ip::network_v4(address.to_v4(), length).canonical());
    } else if (address.to_v6().is_v4_mapped() && length >= 96) {
        const auto inner = ip::make_address_v4(ip::v4_mapped, address.to_v6());
        networks.v4.push_back(ip::network_v4(inner, static_cast<unsigned short>(length - 96)).canonical());
    } else {
        networks.v6.push_back(ip::network_v6(address.to_v6(), length).canonical());
    }
    return true;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (number < least || number > most) return std::nullopt;
    return number;
}

std::optional<bool> parse_boolean(std::string_view text) {
    const std::string word = lower(text);
    if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
    if (word == "false" || word == "no" || word == "off" || word == "0") return false;
    return std::nullopt;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, unsigned>, 4> shifts{
        {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
    const auto quantity = split_quantity(text);
    if (!quantity) return std::nullopt;
    for (const auto& [unit, shift] : shifts) {
        if (quantity->unit != unit) continue;
        if (quantity->number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
        return quantity->number << shift;
    }
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::chrono::milliseconds unit) {
    using namespace std::chrono_literals;
    static constexpr std::array<std::pair<std::string_view, std::chrono::milliseconds>, 4> units{
        {{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}}};
    static constexpr std::uint64_t longest = 1'000'000'000;  // of any unit: far from overflow
    auto quantity = split_quantity(text);
    if (!quantity || quantity->number > longest) return std::nullopt;
    const auto number = static_cast<std::int64_t>(quantity->number);
    if (quantity->unit.empty()) return number * unit;
    take(quantity->unit, " ");
    for (const auto& [name, length] : units) {
        if (quantity->unit == name) return number * length;
    }
    return std::nullopt;
}

std::optional<ip::address> parse_address(std::string_view text) {
    if (lower(text) == "localhost") return ip::address(ip::address_v4::loopback());
    boost::system::error_code error;
    ip::address address = ip::make_address(std::string(text), error);
    if (error) return std::nullopt;
    return address;
}

std::optional<Networks> parse_networks(std::string_view text) {
    static constexpr std::string_view separators = ", \t";
    Networks networks;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
        if (text.empty()) return networks;
        const std::size_t end = std::min(text.find_first_of(separators), text.size());
        if (!add_network(text.substr(0, end), networks)) return std::nullopt;
        text.remove_prefix(end);
    }
}

std::optional<std::string> parse_origin(std::string_view text) {
    const std::string canonical = lower(text);
    std::string_view rest = canonical;
    const bool secure = take(rest, "https://");
    if (!secure && !take(rest, "http://")) return std::nullopt;
    if (rest.ends_with('/')) rest.remove_suffix(1);

    const std::size_t bracket = rest.find(']');
    const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view host = rest.substr(0, colon);
    if (!is_host_name(host) && !is_bracketed_ipv6(host)) return std::nullopt;

    std::string origin = secure ? "https://" : "http://";
    origin += host;
    if (colon == std::string_view::npos) return origin;
    const auto port = parse_number(rest.substr(colon + 1), 1, 65535);
    if (!port) return std::nullopt;
    if (*port != (secure ? 443U : 80U)) origin += ":" + std::to_string(*port);
    return origin;
}

std::optional<JournalSync> parse_journal_sync(std::string_view text) {
    using namespace std::chrono_literals;
    if (text == "process") return JournalSync{.when = JournalSync::When::process};
    if (text == "group") return JournalSync{.when = JournalSync::When::group};
    if (text == "interval") return JournalSync{};
    if (!take(text, "interval:")) return std::nullopt;
    const auto interval = parse_duration(text, 1ms);
    if (!interval || *interval < 1ms || *interval > 1min) return std::nullopt;
    return JournalSync{.when = JournalSync::When::interval, .interval = *interval};
}

std::optional<std::filesystem::path> parse_sqlite_url(std::string_view text) {
    if (text == "sqlite") return std::filesystem::path{};
    if (!take(text, "sqlite:///") && !take(text, "sqlite+aiosqlite:///")) return std::nullopt;
    if (text.empty() || text.ends_with('/') || text.starts_with(':')) return std::nullopt;
    if (text.find_first_of("?#") != std::string_view::npos) return std::nullopt;
    return std::filesystem::path(text);
}

}  // namespace urltrim::config
