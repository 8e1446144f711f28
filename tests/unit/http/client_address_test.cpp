#include "http/client_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace urltrim::http {
namespace {

const ip::address proxy = ip::make_address("10.0.0.1");

TrustedProxies trusted() {
    TrustedProxies proxies;
    proxies.v4 = {ip::make_network_v4("10.0.0.0/8"), ip::make_network_v4("192.0.2.77/32")};
    proxies.v6 = {ip::make_network_v6("2001:db8:ffff::/48")};
    return proxies;
}

std::string client(const std::string& fields, const ip::address& peer = proxy) {
    return find_client(peer, fields, trusted()).address.to_string();
}

std::string scheme(const std::string& fields, const ip::address& peer = proxy) {
    return std::string(find_client(peer, fields, trusted()).scheme);
}

TEST(FindClient, believes_nobody_but_trusted_proxies) {
    const ip::address stranger = ip::make_address("198.51.100.9");
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5\r\n", stranger), "198.51.100.9");
    EXPECT_EQ(client("Forwarded: for=203.0.113.5\r\n", stranger), "198.51.100.9");
    EXPECT_EQ(scheme("X-Forwarded-Proto: https\r\n", stranger), "http");
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5\r\n"), "203.0.113.5");
}

TEST(FindClient, is_the_peer_when_a_proxy_says_nothing) {
    EXPECT_EQ(client(""), "10.0.0.1");
    EXPECT_EQ(client("X-Forwarded-For:\r\n"), "10.0.0.1");
}

TEST(FindClient, takes_the_right_most_address_that_is_no_trusted_proxy) {
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5, 198.51.100.7\r\n"), "198.51.100.7");
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5, 198.51.100.7, 10.9.9.9\r\n"), "198.51.100.7");
    EXPECT_EQ(client("X-Forwarded-For: 198.51.100.7, 192.0.2.77, 10.9.9.9\r\n"), "198.51.100.7");
    EXPECT_EQ(client("X-Forwarded-For: 10.1.1.1, 10.2.2.2\r\n"), "10.1.1.1");
}

TEST(FindClient, reads_several_fields_as_one_list) {
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-For: 198.51.100.7\r\n"), "198.51.100.7");
}

TEST(FindClient, looks_no_further_than_an_entry_that_is_no_address) {
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5, unknown\r\n"), "10.0.0.1");
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5, unknown, 10.9.9.9\r\n"), "10.9.9.9");
    EXPECT_EQ(client("Forwarded: for=203.0.113.5, proto=http\r\n"), "10.0.0.1");
}

TEST(FindClient, reads_RFC_7239) {
    EXPECT_EQ(client("Forwarded: for=203.0.113.5\r\n"), "203.0.113.5");
    EXPECT_EQ(client("Forwarded: For=203.0.113.5;proto=https;by=10.0.0.1\r\n"), "203.0.113.5");
    EXPECT_EQ(client("Forwarded: by=10.0.0.1;for=\"203.0.113.5:4711\"\r\n"), "203.0.113.5");
    EXPECT_EQ(client("Forwarded: for=\"[2001:db8::7]:4711\"\r\n"), "2001:db8::7");
    EXPECT_EQ(client("Forwarded: for=\"[2001:db8::7]\"\r\n"), "2001:db8::7");
    EXPECT_EQ(client("Forwarded: for=203.0.113.5, for=198.51.100.7;proto=http, for=10.3.3.3\r\n"),
              "198.51.100.7");
    EXPECT_EQ(client("Forwarded: for=198.51.100.7;host=\"a, for=203.0.113.5\"\r\n"), "198.51.100.7");
    EXPECT_EQ(client("Forwarded: for=198.51.100.7;host=\"a;for=203.0.113.5\"\r\n"), "198.51.100.7");
    EXPECT_EQ(client("Forwarded: for=198.51.100.7;host=\"a\\\", for=203.0.113.5\"\r\n"), "198.51.100.7");
    EXPECT_EQ(client("Forwarded: for=\"\\198.51.100.7\"\r\n"), "198.51.100.7");
    EXPECT_EQ(client("Forwarded: for=_hidden\r\n"), "10.0.0.1");
    EXPECT_EQ(client("Forwarded: for=\"_hidden:80\"\r\n"), "10.0.0.1");
}

TEST(FindClient, believes_neither_field_when_they_differ) {
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5\r\nForwarded: for=198.51.100.7\r\n"), "10.0.0.1");
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5\r\nForwarded: for=203.0.113.5\r\n"), "203.0.113.5");
}

TEST(FindClient, takes_IPv4_in_IPv6_clothes_for_IPv4) {
    EXPECT_EQ(client("X-Forwarded-For: ::ffff:203.0.113.5\r\n"), "203.0.113.5");
    EXPECT_EQ(client("X-Forwarded-For: 198.51.100.7, ::ffff:10.4.4.4\r\n"), "198.51.100.7");
    EXPECT_EQ(without_mapping(ip::make_address("::ffff:10.0.0.1")), proxy);
}

TEST(FindClient, knows_trusted_networks_of_both_families) {
    const ip::address proxy6 = ip::make_address("2001:db8:ffff:1::1");
    EXPECT_EQ(client("X-Forwarded-For: 2001:db8:1::1\r\n", proxy6), "2001:db8:1::1");
    const ip::address stranger6 = ip::make_address("2001:db8:fffe::1");
    EXPECT_EQ(client("X-Forwarded-For: 2001:db8:1::1\r\n", stranger6), "2001:db8:fffe::1");
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5\r\n", ip::make_address("192.0.2.77")), "203.0.113.5");
    EXPECT_EQ(client("X-Forwarded-For: 203.0.113.5\r\n", ip::make_address("192.0.2.78")), "192.0.2.78");
}

TEST(FindClient, takes_the_scheme_from_a_trusted_proxy) {
    EXPECT_EQ(scheme(""), "http");
    EXPECT_EQ(scheme("X-Forwarded-Proto: https\r\n"), "https");
    EXPECT_EQ(scheme("X-Forwarded-Proto: HTTPS\r\n"), "https");
    EXPECT_EQ(scheme("X-Forwarded-Proto: gopher\r\n"), "http");
    EXPECT_EQ(scheme("Forwarded: for=203.0.113.5;proto=https\r\n"), "https");
    EXPECT_EQ(scheme("Forwarded: proto=https;for=203.0.113.5, proto=http;for=10.2.2.2\r\n"), "http");
}

TEST(ParseNode, reads_addresses_with_and_without_ports) {
    EXPECT_EQ(parse_node("192.0.2.1"), ip::make_address("192.0.2.1"));
    EXPECT_EQ(parse_node("192.0.2.1:80"), ip::make_address("192.0.2.1"));
    EXPECT_EQ(parse_node("2001:db8::1"), ip::make_address("2001:db8::1"));
    EXPECT_EQ(parse_node("[2001:db8::1]:80"), ip::make_address("2001:db8::1"));
    for (const char* bad : {"", "unknown", "_x", "192.0.2", "192.0.2.256", "[2001:db8::1", "[]", "[::1]x",
                            "fe80::1%lo", "[fe80::1%1]:80", "1.2.3.4.5", ":80"}) {
        EXPECT_EQ(parse_node(bad), std::nullopt) << bad;
    }
}

}  // namespace
}  // namespace urltrim::http
