#include "links/origin.hpp"

#include "links/host.hpp"
#include "links/ip_address.hpp"

namespace urltrim::links {
namespace {

std::string comparable_host(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    std::string comparable;
    if (host.starts_with('[') && host.ends_with(']')) {
        const auto ipv6 = parse_ipv6(host.substr(1, host.size() - 2));
        const auto ipv4 = ipv6 ? mapped_ipv4(*ipv6) : std::nullopt;
        if (ipv4) {
            append(*ipv4, comparable);
            return comparable;
        }
    }
    comparable = host;
    return comparable;
}

}  // namespace

std::optional<Origin> Origin::parse(std::string_view authority) {
    const auto [host, port_digits] = split_authority(authority);
    const std::optional<std::uint16_t> port = port_digits.empty() ? 80 : parse_port(port_digits);
    std::string canonical;
    if (!port || !append_host(host, canonical)) return std::nullopt;
    return Origin(canonical, *port);
}

Origin::Origin(std::string_view canonical_host, std::uint16_t port)
    : host_(comparable_host(canonical_host)), port_(port == 443 ? 80 : port) {}

}  // namespace urltrim::links
