#include "links/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace urltrim::links {
namespace {

bool is_decimal_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
    return is_decimal_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool has_hex_prefix(std::string_view text) {
    return text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

std::string_view without_trailing_dot(std::string_view domain) {
    if (domain.ends_with('.')) domain.remove_suffix(1);
    return domain;
}

/// One part of an IPv4 address. What does not fit 64 bits is as wrong as what does not fit 32, so it
/// is refused here already.
std::optional<std::uint64_t> parse_ipv4_number(std::string_view text) {
    if (text.empty()) return std::nullopt;
    int radix = 10;
    if (has_hex_prefix(text)) {
        radix = 16;
        text.remove_prefix(2);
    } else if (text.size() >= 2 && text[0] == '0') {
        radix = 8;
        text.remove_prefix(1);
    }
    if (text.empty()) return 0;  // "0x" is a number to the standard

    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, radix);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return number;
}

void append_number(unsigned number, int radix, std::string& out) {
    std::array<char, std::numeric_limits<unsigned>::digits10 + 1> digits;
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number, radix);
    out.append(digits.data(), written.ptr);
}

struct ZeroRun {
    std::size_t begin = 0;
    std::size_t length = 0;
};

ZeroRun longest_zero_run(const Ipv6Address& address) {
    ZeroRun longest;
    ZeroRun current;
    for (std::size_t i = 0; i < address.pieces.size(); ++i) {
        current = address.pieces[i] == 0 ? ZeroRun{current.begin, current.length + 1} : ZeroRun{i + 1, 0};
        if (current.length > longest.length) longest = current;
    }
    return longest;
}

Ipv4Address ipv4_from_pieces(const Ipv6Address& address, std::size_t first) {
    return {std::uint32_t{address.pieces[first]} << 16 | address.pieces[first + 1]};
}

bool starts_with_pieces(const Ipv6Address& address, std::initializer_list<std::uint16_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), address.pieces.begin());
}

struct Ipv4Block {
    std::uint32_t network;
    unsigned prefix_length;

    bool contains(Ipv4Address address) const { return (address.bits ^ network) >> (32 - prefix_length) == 0; }
};

constexpr Ipv4Block private_ipv4_blocks[] = {
    {0x00000000, 8},   // 0.0.0.0/8: this host, this network
    {0x0a000000, 8},   // 10.0.0.0/8
    {0x64400000, 10},  // 100.64.0.0/10: carrier-grade NAT
    {0x7f000000, 8},   // 127.0.0.0/8
    {0xa9fe0000, 16},  // 169.254.0.0/16
    {0xac100000, 12},  // 172.16.0.0/12
    {0xc0a80000, 16},  // 192.168.0.0/16
};

}  // namespace

bool ends_in_a_number(std::string_view domain) noexcept {
    domain = without_trailing_dot(domain);
    const std::string_view last = domain.substr(domain.rfind('.') + 1);
    if (last.empty()) return false;
    if (std::all_of(last.begin(), last.end(), is_decimal_digit)) return true;
    return has_hex_prefix(last) && std::all_of(last.begin() + 2, last.end(), is_hex_digit);
}

std::optional<Ipv4Address> parse_ipv4(std::string_view text) noexcept {
    text = without_trailing_dot(text);
    std::uint32_t leading_bytes = 0;
    for (unsigned shift = 32;; shift -= 8) {
        const std::size_t dot = text.find('.');
        const std::optional<std::uint64_t> number = parse_ipv4_number(text.substr(0, dot));
        if (!number) return std::nullopt;
        if (dot == std::string_view::npos) {
            if (*number >> shift != 0) return std::nullopt;
            return Ipv4Address{leading_bytes | static_cast<std::uint32_t>(*number)};
        }
        const bool too_many_parts = shift == 8;
        if (*number > 255 || too_many_parts) return std::nullopt;
        leading_bytes |= static_cast<std::uint32_t>(*number) << (shift - 8);
        text.remove_prefix(dot + 1);
    }
}

std::optional<Ipv6Address> parse_ipv6(std::string_view text) noexcept {
    // inet_pton reads exactly the grammar of the standard, but wants a terminated string.
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    const bool holds_nul = text.find('\0') != std::string_view::npos;
    if (text.size() >= terminated.size() || holds_nul) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());

    std::array<std::uint8_t, 16> bytes{};
    if (::inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) return std::nullopt;
    Ipv6Address address;
    for (std::size_t i = 0; i < address.pieces.size(); ++i) {
        address.pieces[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    return address;
}

void append(Ipv4Address address, std::string& out) {
    for (const unsigned shift : {24U, 16U, 8U}) {
        append_number(address.bits >> shift & 0xff, 10, out);
        out += '.';
    }
    append_number(address.bits & 0xff, 10, out);
}

void append(const Ipv6Address& address, std::string& out) {
    const ZeroRun zeros = longest_zero_run(address);
    const bool compress = zeros.length > 1;
    for (std::size_t i = 0; i < address.pieces.size();) {
        if (compress && i == zeros.begin) {
            out += i == 0 ? "::" : ":";  // the piece before has written its own colon
            i += zeros.length;
            continue;
        }
        append_number(address.pieces[i], 16, out);
        if (++i < address.pieces.size()) out += ':';
    }
}

std::optional<Ipv4Address> mapped_ipv4(const Ipv6Address& address) noexcept {
    if (!starts_with_pieces(address, {0, 0, 0, 0, 0, 0xffff})) return std::nullopt;
    return ipv4_from_pieces(address, 6);
}

std::optional<Ipv4Address> embedded_ipv4(const Ipv6Address& address) noexcept {
    const bool compatible = starts_with_pieces(address, {0, 0, 0, 0, 0, 0});
    const bool nat64 = starts_with_pieces(address, {0x64, 0xff9b, 0, 0, 0, 0});
    if (compatible || nat64) return ipv4_from_pieces(address, 6);
    const bool six_to_four = starts_with_pieces(address, {0x2002});
    if (six_to_four) return ipv4_from_pieces(address, 1);
    return mapped_ipv4(address);
}

bool is_private(Ipv4Address address) noexcept {
    return std::any_of(std::begin(private_ipv4_blocks), std::end(private_ipv4_blocks),
                       [&](const Ipv4Block& block) { return block.contains(address); });
}

bool is_private(const Ipv6Address& address) noexcept {
    // :: and ::1 wrap 0.0.0.0 and 0.0.0.1, which are private.
    if (const auto ipv4 = embedded_ipv4(address)) return is_private(*ipv4);
    const std::uint16_t first = address.pieces[0];
    const bool unique_local = (first & 0xfe00) == 0xfc00;
    const bool link_local = (first & 0xffc0) == 0xfe80;
    const bool site_local = (first & 0xffc0) == 0xfec0;  // deprecated by RFC 3879, still routed by some
    const bool local_nat64 = starts_with_pieces(address, {0x64, 0xff9b, 1});  // RFC 8215
    return unique_local || link_local || site_local || local_nat64;
}

}  // namespace urltrim::links
