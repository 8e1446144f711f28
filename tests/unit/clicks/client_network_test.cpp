#include "clicks/client_network.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>

namespace urltrim::clicks {
namespace {

std::uint64_t network_of(const char* address) {
    return client_network(boost::asio::ip::make_address(address));
}

TEST(ClientNetwork, keeps_24_bits_of_an_ipv4_address) {
    EXPECT_EQ(network_of("192.0.2.77"), 0x0400'0000'00C0'0002U);
    EXPECT_EQ(network_of("192.0.2.1"), network_of("192.0.2.254"));
    EXPECT_NE(network_of("192.0.2.1"), network_of("192.0.3.1"));
}

TEST(ClientNetwork, keeps_48_bits_of_an_ipv6_address) {
    EXPECT_EQ(network_of("2001:db8:7:1::1"), 0x0600'2001'0DB8'0007U);
    EXPECT_EQ(network_of("2001:db8:7::1"), network_of("2001:db8:7:ffff::2"));
    EXPECT_NE(network_of("2001:db8:7::1"), network_of("2001:db8:8::1"));
}

TEST(ClientNetwork, takes_a_mapped_address_for_the_ipv4_address_it_is) {
    EXPECT_EQ(network_of("::ffff:192.0.2.77"), network_of("192.0.2.77"));
}

TEST(ClientNetwork, is_never_zero_because_that_means_unknown) {
    EXPECT_NE(network_of("0.0.0.0"), 0U);
    EXPECT_NE(network_of("::"), 0U);
}

}  // namespace
}  // namespace urltrim::clicks
