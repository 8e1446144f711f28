#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>

namespace urltrim::limits {

/// What a client is counted under: the IPv4 address, or the /64 of an IPv6 address (one household or
/// machine, which can take any address in it). An IPv4 address written as ::ffff:a.b.c.d counts as IPv4.
/// Raw bytes, 4 or 8 of them; fits into a std::string without allocation.
std::string client_key(const boost::asio::ip::address& address);

}  // namespace urltrim::limits
