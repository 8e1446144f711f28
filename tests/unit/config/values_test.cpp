#include "config/values.hpp"

#include <gtest/gtest.h>

namespace urltrim::config {
namespace {

using namespace std::chrono_literals;

TEST(Number, is_decimal_digits_within_its_bounds_and_nothing_else) {
    EXPECT_EQ(parse_number("0", 0, 65535), 0U);
    EXPECT_EQ(parse_number("65535", 0, 65535), 65535U);
    for (const char* const text :
         {"", "65536", "-1", "+1", " 1", "1 ", "0x10", "1.5", "1e3", "99999999999999999999999"}) {
        EXPECT_FALSE(parse_number(text, 0, 65535)) << text;
    }
    EXPECT_FALSE(parse_number("3", 4, 32));
}

TEST(Boolean, is_one_of_the_usual_words_in_any_case) {
    for (const char* const text : {"true", "TRUE", "Yes", "on", "1"})
        EXPECT_EQ(parse_boolean(text), true) << text;
    for (const char* const text : {"false", "No", "OFF", "0"}) EXPECT_EQ(parse_boolean(text), false) << text;
    for (const char* const text : {"", "2", "t", "enabled", "true "})
        EXPECT_FALSE(parse_boolean(text)) << text;
}

TEST(Bytes, are_a_number_with_or_without_a_binary_unit) {
    EXPECT_EQ(parse_bytes("67108864"), 67108864U);
    EXPECT_EQ(parse_bytes("64MiB"), 67108864U);
    EXPECT_EQ(parse_bytes("1KiB"), 1024U);
    EXPECT_EQ(parse_bytes("2GiB"), 2147483648U);
    for (const char* const text : {"", "MiB", "64MB", "64 MiB", "-1", "18446744073709551615GiB"}) {
        EXPECT_FALSE(parse_bytes(text)) << text;
    }
}

TEST(Duration, counts_the_unit_that_is_written_or_else_the_given_one) {
    EXPECT_EQ(parse_duration("20", 1ms), 20ms);
    EXPECT_EQ(parse_duration("20", 1s), 20s);
    EXPECT_EQ(parse_duration("20ms", 1s), 20ms);
    EXPECT_EQ(parse_duration("20 ms", 1s), 20ms);
    EXPECT_EQ(parse_duration("2s", 1ms), 2s);
    EXPECT_EQ(parse_duration("3m", 1s), 3min);
    EXPECT_EQ(parse_duration("1h", 1s), 1h);
    for (const char* const text : {"", "ms", "1.5s", "-1s", "1d", "1 s ", "18446744073709551615h"}) {
        EXPECT_FALSE(parse_duration(text, 1s)) << text;
    }
}

TEST(Address, is_ipv4_or_ipv6_or_localhost) {
    EXPECT_EQ(parse_address("0.0.0.0")->to_string(), "0.0.0.0");
    EXPECT_EQ(parse_address("::1")->to_string(), "::1");
    EXPECT_EQ(parse_address("localhost")->to_string(), "127.0.0.1");
    for (const char* const text : {"", "127.1", "example.com", "[::1]", "127.0.0.1:80", "256.0.0.1"}) {
        EXPECT_FALSE(parse_address(text)) << text;
    }
}

TEST(NetworkList, takes_networks_and_single_addresses_with_commas_or_blanks_between) {
    const auto networks = parse_networks("10.0.0.0/8, 192.0.2.1  fd00::/8,::1");
    ASSERT_TRUE(networks);
    ASSERT_EQ(networks->v4.size(), 2U);
    EXPECT_EQ(networks->v4[0].to_string(), "10.0.0.0/8");
    EXPECT_EQ(networks->v4[1].to_string(), "192.0.2.1/32");
    ASSERT_EQ(networks->v6.size(), 2U);
    EXPECT_EQ(networks->v6[0].to_string(), "fd00::/8");
    EXPECT_EQ(networks->v6[1].to_string(), "::1/128");
}

TEST(NetworkList, drops_the_bits_beyond_the_prefix) {
    EXPECT_EQ(parse_networks("10.1.2.3/8")->v4[0].to_string(), "10.0.0.0/8");
}

TEST(NetworkList, takes_a_mapped_ipv4_network_for_the_ipv4_network) {
    const auto networks = parse_networks("::ffff:10.0.0.0/104");
    ASSERT_TRUE(networks);
    EXPECT_TRUE(networks->v6.empty());
    EXPECT_EQ(networks->v4.at(0).to_string(), "10.0.0.0/8");
}

TEST(NetworkList, may_be_empty) {
    EXPECT_TRUE(parse_networks(" , "));
}

TEST(NetworkList, is_refused_as_a_whole_for_one_bad_entry) {
    for (const char* const text : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10/8",
                                   "proxy.example", "10.0.0.0/8;::1", "/8", "fe80::1%1/64", "10.0.0.0/8/8"}) {
        EXPECT_FALSE(parse_networks(std::string("127.0.0.1,") + text)) << text;
    }
}

TEST(PublicOrigin, is_scheme_and_host_and_perhaps_a_port_in_lower_case) {
    EXPECT_EQ(parse_origin("https://go.example.com"), "https://go.example.com");
    EXPECT_EQ(parse_origin("HTTPS://Go.Example.com/"), "https://go.example.com");
    EXPECT_EQ(parse_origin("http://localhost:8001"), "http://localhost:8001");
    EXPECT_EQ(parse_origin("http://[2001:DB8::1]:8001/"), "http://[2001:db8::1]:8001");
    EXPECT_EQ(parse_origin("http://[2001:db8::1]"), "http://[2001:db8::1]");
}

TEST(PublicOrigin, does_not_repeat_the_port_of_its_scheme) {
    EXPECT_EQ(parse_origin("https://example.com:443"), "https://example.com");
    EXPECT_EQ(parse_origin("http://example.com:80/"), "http://example.com");
    EXPECT_EQ(parse_origin("http://example.com:443"), "http://example.com:443");
}

TEST(PublicOrigin, has_no_path_query_credentials_or_other_scheme) {
    for (const char* const text : {"",
                                   "example.com",
                                   "ftp://example.com",
                                   "https://",
                                   "https:///",
                                   "https://example.com/go",
                                   "https://example.com//",
                                   "https://example.com?x",
                                   "https://example.com#x",
                                   "https://user@example.com",
                                   "https://user:pw@example.com",
                                   "https://example.com:",
                                   "https://example.com:0",
                                   "https://example.com:65536",
                                   "https://exämple.com",
                                   "https://exa mple.com",
                                   "https://[::1",
                                   "https://::1",
                                   "https://[x]",
                                   "https://[::1]x",
                                   " https://example.com"}) {
        EXPECT_FALSE(parse_origin(text)) << text;
    }
}

TEST(JournalSyncPolicy, is_process_group_or_an_interval) {
    EXPECT_EQ(parse_journal_sync("process")->when, JournalSync::When::process);
    EXPECT_EQ(parse_journal_sync("group")->when, JournalSync::When::group);
    for (const char* const text : {"interval", "interval:20ms", "interval:20", "interval:20 ms"}) {
        EXPECT_EQ(parse_journal_sync(text), (JournalSync{JournalSync::When::interval, 20ms})) << text;
    }
    EXPECT_EQ(parse_journal_sync("interval:1s")->interval, 1s);
    for (const char* const text :
         {"", "Process", "interval:", "interval:0", "interval:61s", "group:20ms", "20ms"}) {
        EXPECT_FALSE(parse_journal_sync(text)) << text;
    }
}

TEST(SqliteUrl, has_three_slashes_for_a_relative_path_and_four_for_an_absolute_one) {
    EXPECT_EQ(parse_sqlite_url("sqlite:///links.db"), "links.db");
    EXPECT_EQ(parse_sqlite_url("sqlite:////var/lib/links.db"), "/var/lib/links.db");
    EXPECT_EQ(parse_sqlite_url("sqlite+aiosqlite:///./links.db"), "./links.db");
    EXPECT_EQ(parse_sqlite_url("sqlite"), "");
}

TEST(SqliteUrl, names_a_file_that_lasts) {
    for (const char* const text :
         {"", "sqlite:", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a.db?mode=ro",
          "sqlite://host/a.db", "sqlite:////var/", "mysql:///a.db", "/var/links.db"}) {
        EXPECT_FALSE(parse_sqlite_url(text)) << text;
    }
}

}  // namespace
}  // namespace urltrim::config
