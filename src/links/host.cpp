#include "links/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "links/idna.hpp"
#include "links/ip_address.hpp"

namespace urltrim::links {
namespace {

/// Per byte: what a domain holds in its place, 0 for a forbidden domain code point.
constexpr std::array<char, 256> domain_characters = [] {
    std::array<char, 256> table{};
    for (char c = '!'; c <= '~'; ++c) table[static_cast<unsigned char>(c)] = c;
    for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
    for (const char c : std::string_view("#/:<>?@[\\]^|%")) table[static_cast<unsigned char>(c)] = 0;
    return table;
}();

bool is_ascii(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// A `%` that is not followed by two hexadecimal digits stands for itself.
std::string percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                            hex_value(text[i + 2]) >= 0;
        if (!escape) {
            decoded += text[i];
            continue;
        }
        decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
        i += 2;
    }
    return decoded;
}

/// Lower-cases the ASCII text from `start` in place; false if it holds a forbidden domain code point.
bool lower_domain(std::string& text, std::size_t start) {
    bool allowed = true;
    for (std::size_t i = start; i < text.size(); ++i) {
        text[i] = domain_characters[static_cast<unsigned char>(text[i])];
        allowed &= text[i] != 0;
    }
    return allowed;
}

bool append_domain(std::string_view domain, std::string& out) {
    const std::size_t start = out.size();
    if (is_ascii(domain)) {
        out += domain;
    } else if (!append_domain_to_ascii(domain, out)) {
        return false;
    }
    return lower_domain(out, start);
}

bool append_domain_or_ipv4(std::string_view text, std::string& out) {
    const std::size_t start = out.size();
    if (!append_domain(text, out)) return false;
    const std::string_view domain = std::string_view(out).substr(start);
    if (domain.empty()) return false;
    if (!ends_in_a_number(domain)) return true;

    const std::optional<Ipv4Address> address = parse_ipv4(domain);
    if (!address) return false;
    out.resize(start);
    append(*address, out);
    return true;
}

bool append_ipv6_in_brackets(std::string_view text, std::string& out) {
    if (!text.ends_with(']')) return false;
    const std::optional<Ipv6Address> address = parse_ipv6(text.substr(1, text.size() - 2));
    if (!address) return false;
    out += '[';
    append(*address, out);
    out += ']';
    return true;
}

bool is_localhost(std::string_view domain) {
    if (domain.ends_with('.')) domain.remove_suffix(1);
    return domain == "localhost" || domain.ends_with(".localhost");
}

}  // namespace

Authority split_authority(std::string_view text) noexcept {
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    const std::size_t colon = bracket == std::string_view::npos ? bracket : text.find(':', bracket);
    if (colon == std::string_view::npos) return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept {
    std::uint16_t port = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return port;
}

bool append_host(std::string_view text, std::string& out) {
    if (text.starts_with('[')) return append_ipv6_in_brackets(text, out);
    const bool has_escapes = text.find('%') != std::string_view::npos;
    return has_escapes ? append_domain_or_ipv4(percent_decoded(text), out) : append_domain_or_ipv4(text, out);
}

bool is_private_host(std::string_view host) noexcept {
    if (host.starts_with('[') && host.ends_with(']')) {
        const std::optional<Ipv6Address> address = parse_ipv6(host.substr(1, host.size() - 2));
        return address && is_private(*address);
    }
    if (!ends_in_a_number(host)) return is_localhost(host);
    const std::optional<Ipv4Address> address = parse_ipv4(host);
    return address && is_private(*address);
}

}  // namespace urltrim::links
