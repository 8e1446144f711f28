#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace urltrim::links {

/// The part of a URL between `//` and the path, without user name and password: `host` or `host:port`.
struct Authority {
    std::string_view host;
    std::string_view port;  ///< empty if there is none
};

/// Cuts at the colon before the port. Checks neither part.
Authority split_authority(std::string_view text) noexcept;

/// Decimal, leading zeros allowed, at most 65535.
std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept;

/// The host parser of the URL Standard (https://url.spec.whatwg.org/#host-parsing): appends the host
/// that `text` names in its one canonical spelling: a lower-case ASCII domain, `127.0.0.1` or `[::1]`.
///
/// `text` may be any bytes. False if it names no host; then `out` holds an undefined tail. Any thread.
/// Throws Unavailable like append_domain_to_ascii.
bool append_host(std::string_view text, std::string& out);

/// Whether a canonical host is `localhost`, below it, or a private address (see ip_address.hpp).
bool is_private_host(std::string_view host) noexcept;

}  // namespace urltrim::links
