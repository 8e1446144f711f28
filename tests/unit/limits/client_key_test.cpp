#include "limits/client_key.hpp"

#include <gtest/gtest.h>

namespace urltrim::limits {
namespace {

std::string key(const char* address) {
    return client_key(boost::asio::ip::make_address(address));
}

TEST(ClientKey, tells_ipv4_addresses_apart) {
    EXPECT_NE(key("192.0.2.1"), key("192.0.2.2"));
}

TEST(ClientKey, takes_the_64_of_an_ipv6_address) {
    EXPECT_EQ(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
}

TEST(ClientKey, counts_a_mapped_address_as_ipv4) {
    EXPECT_EQ(key("::ffff:192.0.2.1"), key("192.0.2.1"));
}

}  // namespace
}  // namespace urltrim::limits
