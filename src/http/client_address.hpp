#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>
#include <string_view>
#include <vector>

namespace urltrim::http {

namespace ip = boost::asio::ip;

/// `address`, or the IPv4 address inside it if it is one written as ::ffff:a.b.c.d.
ip::address without_mapping(const ip::address& address);

/// Proxies whose word about the client is taken. Empty: nobody's.
struct TrustedProxies {
    std::vector<ip::network_v4> v4;
    std::vector<ip::network_v6> v6;

    bool contains(const ip::address& address) const;
};

/// Who sent a request, seen through trusted proxies.
struct Client {
    ip::address address;
    std::string_view scheme;  ///< "http" or "https"; a literal
};

/// The right-most address in X-Forwarded-For or Forwarded (RFC 7239) that is not a trusted proxy, if `peer`
/// is one; `peer` itself otherwise. `fields` are the field lines of a parsed head.
///
/// A proxy sets one of the two fields and lets the other through as the client wrote it. When both are there
/// and name different clients, neither is believed and the proxy itself counts as the client.
Client find_client(const ip::address& peer, std::string_view fields, const TrustedProxies& trusted);

/// The address in a node of either field: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
/// Nothing for `unknown`, obfuscated names and anything else.
std::optional<ip::address> parse_node(std::string_view node);

}  // namespace urltrim::http
