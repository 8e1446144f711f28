#include "clicks/client_network.hpp"

namespace urltrim::clicks {
namespace {

constexpr std::uint64_t family(std::uint64_t version) {
    return version << 56;
}

std::uint64_t network_v4(const boost::asio::ip::address_v4& client) noexcept {
    return family(4) | client.to_uint() >> 8;
}

std::uint64_t network_v6(const boost::asio::ip::address_v6& client) noexcept {
    const auto bytes = client.to_bytes();
    std::uint64_t network = 0;
    for (std::size_t i = 0; i < 6; ++i) network = network << 8 | bytes[i];
    return family(6) | network;
}

}  // namespace

std::uint64_t client_network(const boost::asio::ip::address& client) noexcept {
    if (client.is_v4()) return network_v4(client.to_v4());
    const boost::asio::ip::address_v6 address = client.to_v6();
    if (address.is_v4_mapped()) {
        return network_v4(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address));
    }
    return network_v6(address);
}

}  // namespace urltrim::clicks
