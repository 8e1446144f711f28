#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>

namespace urltrim::clicks {

/// The network a client is in, in place of its address: the first 24 bits of an IPv4 address, the first 48 of
/// an IPv6 address (an IPv4-mapped one counts as IPv4). The top byte is 4 or 6, the low bits are the network;
/// never 0, which means unknown.
std::uint64_t client_network(const boost::asio::ip::address& client) noexcept;

}  // namespace urltrim::clicks
