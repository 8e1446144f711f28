#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace urltrim::links {

/// IP addresses as they appear in URLs: how the URL Standard reads and writes them
/// (https://url.spec.whatwg.org/#host-parsing), which is wider than what inet_aton and friends read.
/// Values; any thread.

/// An IPv4 address in host byte order: 127.0.0.1 is 0x7f000001.
struct Ipv4Address {
    std::uint32_t bits = 0;
    friend bool operator==(Ipv4Address, Ipv4Address) = default;
};

/// The eight 16-bit pieces of an IPv6 address, first piece first, each in host byte order.
struct Ipv6Address {
    std::array<std::uint16_t, 8> pieces{};
    friend bool operator==(const Ipv6Address&, const Ipv6Address&) = default;
};

/// Whether the standard takes `domain` for an IPv4 address, well-formed or not: its last label is a
/// number. Such a domain that parse_ipv4 refuses is no host at all.
bool ends_in_a_number(std::string_view domain) noexcept;

/// One to four decimal, octal or hexadecimal numbers, the last of which fills the remaining bytes:
/// `127.1`, `0x7f.1` and `2130706433` are all 127.0.0.1.
std::optional<Ipv4Address> parse_ipv4(std::string_view text) noexcept;

/// An IPv6 address without brackets or zone.
std::optional<Ipv6Address> parse_ipv6(std::string_view text) noexcept;

/// `127.0.0.1`
void append(Ipv4Address address, std::string& out);

/// Shortest lower-case form, the longest run of zeros compressed, never a dotted tail (RFC 5952 without
/// its section 5). Without brackets.
void append(const Ipv6Address& address, std::string& out);

/// The IPv4 address that packets to `address` reach in the end, if it only wraps one: IPv4-mapped and
/// -compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
std::optional<Ipv4Address> embedded_ipv4(const Ipv6Address& address) noexcept;

/// The IPv4 address that `address` is another spelling of: the IPv4-mapped ones only.
std::optional<Ipv4Address> mapped_ipv4(const Ipv6Address& address) noexcept;

/// Loopback, link-local, unspecified, or meant for use inside a network (RFC 1918, shared address space
/// of RFC 6598, unique local of RFC 4193).
bool is_private(Ipv4Address address) noexcept;
/// Likewise, or wraps a private IPv4 address.
bool is_private(const Ipv6Address& address) noexcept;

}  // namespace urltrim::links
