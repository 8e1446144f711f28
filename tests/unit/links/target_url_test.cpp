#include "links/target_url.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cctype>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace urltrim::links {
namespace {

std::string href(std::string_view input) {
    const Checked<TargetUrl> url = TargetUrl::parse(input);
    return url ? url.value().href() : "refused: " + url.reason();
}

std::string refusal(std::string_view input) {
    const Checked<TargetUrl> url = TargetUrl::parse(input);
    return url ? "accepted: " + url.value().href() : url.reason();
}

TargetUrl accepted(std::string_view input) {
    return TargetUrl::parse(input).value();
}

/// The rules that refuse what browsers accept or repair, each with an independent, sloppy way to tell
/// whether it may apply at all.
const std::map<std::string, std::function<bool(std::string_view)>>& own_rules() {
    const auto lower = [](std::string_view text) {
        std::string result(text);
        for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return result;
    };
    static const std::map<std::string, std::function<bool(std::string_view)>> rules{
        {"the url begins or ends with white space",
         [](std::string_view s) { return s.front() == ' ' || s.back() == ' '; }},
        {"the url contains a control character",
         [](std::string_view s) {
             for (std::size_t i = 0; i < s.size(); ++i) {
                 const auto byte = static_cast<unsigned char>(s[i]);
                 if (byte < 0x20 || byte == 0x7f) return true;
                 if (byte == 0xc2 && static_cast<unsigned char>(s[i + 1]) < 0xa0) return true;
             }
             return false;
         }},
        {"the url contains a backslash",
         [](std::string_view s) { return s.find('\\') != std::string_view::npos; }},
        {"the url does not start with http:// or https://",
         [lower](std::string_view s) {
             return !lower(s).starts_with("http:") && !lower(s).starts_with("https:");
         }},
        {"the url lacks // after the scheme",
         [lower](std::string_view s) {
             return !lower(s).starts_with("http://") && !lower(s).starts_with("https://");
         }},
        {"the url contains a user name or password",
         [](std::string_view s) { return s.find('@') != std::string_view::npos; }},
        {"the url has no host", [](std::string_view s) { return s.find("///") != std::string_view::npos; }},
    };
    return rules;
}

void expect_to_follow(const boost::json::object& url_case) {
    const std::string input(url_case.at("input").as_string());
    SCOPED_TRACE(input);
    const Checked<TargetUrl> url = TargetUrl::parse(input);
    if (url_case.contains("failure")) {
        EXPECT_FALSE(url);
    } else if (url) {
        EXPECT_EQ(url.value().href(), url_case.at("href").as_string());
    } else {
        const auto rule = own_rules().find(url.reason());
        ASSERT_NE(rule, own_rules().end()) << url.reason();
        EXPECT_TRUE(rule->second(input)) << url.reason();
    }
}

TEST(TargetUrl, follows_the_public_cases_or_refuses_by_a_rule_of_its_own) {
    std::ifstream file(URLTRIM_SOURCE_DIR "/tests/data/url-cases.json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const boost::json::value cases = boost::json::parse(text);
    ASSERT_GE(cases.as_array().size(), 200U);
    for (const boost::json::value& url_case : cases.as_array()) expect_to_follow(url_case.as_object());
}

TEST(TargetUrl, keeps_an_ordinary_url_as_it_is) {
    for (const std::string url :
         {"https://example.com/", "http://example.com:8080/a/b.html?q=1&r=%20#top", "https://a/?",
          "https://a/#", "https://a//b//?#", "https://a/%zz%2", "https://a/.../..a/a.."}) {
        EXPECT_EQ(href(url), url);
    }
}

TEST(TargetUrl, is_ascii_that_a_header_may_carry) {
    EXPECT_EQ(href("https://example.com/caf\u00e9 \u4f60?q=\u00e9 '\"#\u00e9 `"),
              "https://example.com/caf%C3%A9%20%E4%BD%A0?q=%C3%A9%20%27%22#%C3%A9%20%60");
}

TEST(TargetUrl, encodes_in_each_part_what_the_standard_says) {
    constexpr std::string_view all = "!\"$%&'()*+,-.;<=>@[]^_`{|}~:/?";
    const std::string input = "https://h/" + std::string(all.substr(0, all.size() - 1)) + "?" +
                              std::string(all) + "#" + std::string(all) + "#";
    EXPECT_EQ(href(input),
              "https://h/!%22$%&'()*+,-.;%3C=%3E@[]%5E_%60%7B|%7D~:/"
              "?!%22$%&%27()*+,-.;%3C=%3E@[]^_`{|}~:/?"
              "#!%22$%&'()*+,-.;%3C=%3E@[]^_%60{|}~:/?#");
}

TEST(TargetUrl, has_a_lower_case_scheme_and_host_and_a_path) {
    EXPECT_EQ(href("HTTP://EXAMPLE.Com"), "http://example.com/");
    EXPECT_EQ(href("https://EXAMPLE.com?Q"), "https://example.com/?Q");
    EXPECT_EQ(href("https://example.com./#F"), "https://example.com./#F");
}

TEST(TargetUrl, resolves_dot_segments_in_all_spellings) {
    EXPECT_EQ(href("http://h/a/./b"), "http://h/a/b");
    EXPECT_EQ(href("http://h/a/b/.."), "http://h/a/");
    EXPECT_EQ(href("http://h/a/%2e%2E/b"), "http://h/b");
    EXPECT_EQ(href("http://h/a/.%2e/%2e./%2e"), "http://h/");
    EXPECT_EQ(href("http://h/../../a"), "http://h/a");
    EXPECT_EQ(href("http://h//..//a"), "http://h//a");
    EXPECT_EQ(href("http://h/?../."), "http://h/?../.");
}

TEST(TargetUrl, drops_the_default_port_of_its_scheme_only) {
    EXPECT_EQ(href("http://h:80/"), "http://h/");
    EXPECT_EQ(href("https://h:443/"), "https://h/");
    EXPECT_EQ(href("https://h:80/"), "https://h:80/");
    EXPECT_EQ(href("http://h:/"), "http://h/");
    EXPECT_EQ(href("http://h:0/"), "http://h:0/");
    EXPECT_EQ(href("http://h:000008080/"), "http://h:8080/");
    EXPECT_EQ(href("http://h:65535/"), "http://h:65535/");
}

TEST(TargetUrl, refuses_what_is_no_port) {
    for (const std::string port :
         {"65536", "99999999999999999999", "-1", "+1", "0x50", "8 0", "80:80", "\uff18"}) {
        EXPECT_EQ(refusal("http://h:" + port + "/"), "the url has an invalid port") << port;
    }
}

TEST(TargetUrl, reads_ipv4_addresses_in_every_number_form) {
    for (const std::string host :
         {"127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0X7F000001", "2130706433", "017700000001", "127.0.0.1.",
          "0x7f.0x.0.1", "%31%32%37.1", "\uff11\uff12\uff17\u3002\uff11"}) {
        EXPECT_EQ(href("http://" + host), "http://127.0.0.1/") << host;
    }
    EXPECT_EQ(href("http://0x"), "http://0.0.0.0/");
    EXPECT_EQ(href("http://4294967295"), "http://255.255.255.255/");
}

TEST(TargetUrl, refuses_a_host_that_ends_in_a_number_but_is_no_address) {
    for (const std::string host :
         {"256.1.1.1", "1.2.3.4.5", "1.2.3.08", "1.65536.1", "4294967296", "1..2", "a.1", "a.0x",
          "0x10000000000000000", "1.2.3.256", "1.2.65536", "99999999999999999999999", "-1.1"}) {
        EXPECT_EQ(refusal("http://" + host), "the url has an invalid host") << host;
    }
    EXPECT_EQ(href("http://1e1"), "http://1e1/");
    EXPECT_EQ(href("http://0xg"), "http://0xg/");
    EXPECT_EQ(href("http://1.2.3.4.."), "http://1.2.3.4../");
}

TEST(TargetUrl, writes_ipv6_addresses_in_their_shortest_form) {
    const std::map<std::string, std::string> forms{
        {"[0:0:0:0:0:0:0:0]", "[::]"},
        {"[0:0:0:0:0:0:0:1]", "[::1]"},
        {"[2001:0DB8:0:0:1:0:0:0]", "[2001:db8:0:0:1::]"},
        {"[1:0:2:0:3:0:4:0]", "[1:0:2:0:3:0:4:0]"},
        {"[1::2:0:0:3:4]", "[1::2:0:0:3:4]"},
        {"[::ffff:127.0.0.1]", "[::ffff:7f00:1]"},
        {"[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]"},
        {"[ffff:FFFF:ffff:ffff:ffff:ffff:255.255.255.255]", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]"},
    };
    for (const auto& [given, written] : forms) EXPECT_EQ(href("http://" + given), "http://" + written + "/");
    EXPECT_EQ(href("http://[::1]:8080"), "http://[::1]:8080/");
}

TEST(TargetUrl, refuses_what_is_no_ipv6_address) {
    for (const std::string host : {"[]",
                                   "[:]",
                                   "[:::]",
                                   "[::1",
                                   "1::1",
                                   "[1::2::3]",
                                   "[1:2:3:4:5:6:7]",
                                   "[1:2:3:4:5:6:7:8:9]",
                                   "[12345::]",
                                   "[::g]",
                                   "[::1.2.3]",
                                   "[::1.2.3.256]",
                                   "[::01.2.3.4]",
                                   "[::1.2.3.4:5]",
                                   "[fe80::1%25eth0]",
                                   "[::1]a",
                                   "[[::1]]",
                                   "[%3a%3a1]",
                                   "[1:2:3:4:5:6:7:8",
                                   "[1::2:3:4:5:6:7:8]"}) {
        EXPECT_TRUE(refusal("http://" + host).starts_with("the url has an invalid"))
            << refusal("http://" + host);
    }
}

TEST(TargetUrl, writes_international_hosts_in_punycode) {
    EXPECT_EQ(href("http://M\u00dcNCHEN.de/"), "http://xn--mnchen-3ya.de/");
    EXPECT_EQ(href("http://fa\u00df.de/"), "http://xn--fa-hia.de/");
    EXPECT_EQ(href("http://\u4f60\u597d\u3002\uff43\uff4e"), "http://xn--6qq79v.cn/");
    EXPECT_EQ(href("http://m%C3%BCnchen.de/"), "http://xn--mnchen-3ya.de/");
    EXPECT_EQ(href("http://a\u00adb/"), "http://ab/");
    EXPECT_EQ(href("http://-\u00e9-.\u00e9\u00e9--\u00e9../"), "http://xn-----bja.xn-----9iaac../");
}

TEST(TargetUrl, writes_international_hosts_that_grow_several_times) {
    const std::string kilometre = "xn--nckucudvbh5g.";
    std::string given = "http://";
    std::string written = "http://";
    for (int i = 0; i < 40; ++i) {
        given += "\u3316.";
        written += kilometre;
    }
    EXPECT_EQ(href(given), written + "/");
}

TEST(TargetUrl, maps_capital_sharp_s_like_the_current_unicode_whatever_the_installed_one_does) {
    EXPECT_EQ(href("http://STRA\u1e9eE.de/"), "http://xn--strae-oqa.de/");
}

TEST(TargetUrl, refuses_international_hosts_that_unicode_forbids) {
    for (const std::string host : {
             "\ufffd",                  // replacement character
             "\u00ad",                  // nothing is left
             "\u05d0a",                 // both directions in one label
             "\u0627.1x",               // a digit first beside a right-to-left label
             "a\u200db",                // a joiner with nothing to join
             "\u0301a",                 // begins with a combining mark
             "xn--a.\u00e9",            // punycode that decodes to nothing valid
             "\u00e9.xn--xn---epa",     // punycode inside punycode
             "a\uff0fb",                // a slash in disguise
             "\uff05\uff14\uff11.com",  // an escape in disguise
             "%C3",                     // not UTF-8 once decoded
             "%ED%A0%80",               // a surrogate
         }) {
        EXPECT_EQ(refusal("http://" + host + "/"), "the url has an invalid host") << host;
    }
}

TEST(TargetUrl, takes_punycode_on_trust_in_a_plain_ascii_host) {
    EXPECT_EQ(href("http://XN--/"), "http://xn--/");
    EXPECT_EQ(href("http://xn--8i7caa.example/"), "http://xn--8i7caa.example/");
}

TEST(TargetUrl, refuses_an_international_host_that_no_resolver_could_hold) {
    std::string host;
    while (host.size() <= 2048) host += "\u00e9.";
    EXPECT_EQ(refusal("http://" + host), "the url has an invalid host");
}

TEST(TargetUrl, refuses_forbidden_characters_in_a_host_even_when_escaped) {
    for (const char c : std::string_view("<>[]^|%")) {
        EXPECT_EQ(refusal(std::string("http://a") + c + "b/"), "the url has an invalid host") << c;
    }
    for (const std::string escape :
         {"%00", "%09", "%20", "%23", "%2F", "%3A", "%40", "%5C", "%7F", "%2x", "%zz"}) {
        EXPECT_EQ(refusal("http://a" + escape + "b/"), "the url has an invalid host") << escape;
    }
    EXPECT_EQ(refusal("http://a b/"), "the url has an invalid host");
    EXPECT_EQ(href("http://%41!$&'()*+,;=_`{}~\"%2Eb/"), "http://a!$&'()*+,;=_`{}~\".b/");
}

TEST(TargetUrl, refuses_control_characters_anywhere) {
    for (int byte = 0; byte < 0x20; ++byte) {
        for (const std::string prefix :
             {"", "http://h", "http://h/", "http://h/?", "http://h/#", "http://h/x"}) {
            const std::string input = prefix + static_cast<char>(byte) + (prefix.ends_with('x') ? "" : "x");
            EXPECT_EQ(refusal(input), "the url contains a control character") << byte << prefix;
        }
    }
    EXPECT_EQ(refusal("http://h/\x7f"), "the url contains a control character");
    EXPECT_EQ(refusal("http://h/\u0085"), "the url contains a control character");
    EXPECT_EQ(href("http://h/\u00a0"), "http://h/%C2%A0");
}

TEST(TargetUrl, refuses_white_space_at_the_ends_and_encodes_it_inside) {
    EXPECT_EQ(refusal(" http://h/"), "the url begins or ends with white space");
    EXPECT_EQ(refusal("http://h/ "), "the url begins or ends with white space");
    EXPECT_EQ(refusal(" "), "the url begins or ends with white space");
    EXPECT_EQ(href("http://h/a b"), "http://h/a%20b");
}

TEST(TargetUrl, refuses_backslashes_anywhere) {
    for (const std::string input :
         {"http:\\\\h/", "http://h\\a", "http://h/a\\b", "http://h/?\\", "http://h/#\\"}) {
        EXPECT_EQ(refusal(input), "the url contains a backslash") << input;
    }
    EXPECT_EQ(href("http://h/%5C"), "http://h/%5C");
}

TEST(TargetUrl, refuses_other_schemes) {
    for (const std::string input :
         {"", "x", "//h/", "h.com/", "ftp://h/", "javascript:alert(1)", "data:,x", "httpss://h",
          "ht%74p://h/", "http", "file:///etc/passwd", "blob:https://h/"}) {
        EXPECT_EQ(refusal(input), "the url does not start with http:// or https://") << input;
    }
}

TEST(TargetUrl, refuses_a_scheme_without_two_slashes) {
    for (const std::string input : {"http:", "http:h", "http:/h", "HTTPS:/h/", "http:?//h"}) {
        EXPECT_EQ(refusal(input), "the url lacks // after the scheme") << input;
    }
}

TEST(TargetUrl, refuses_credentials_even_empty_ones) {
    for (const std::string input :
         {"http://u@h/", "http://u:p@h/", "http://@h/", "http://:@h/", "http://a@b@h", "http://@"}) {
        EXPECT_EQ(refusal(input), "the url contains a user name or password") << input;
    }
    EXPECT_EQ(href("http://h/@?@#@"), "http://h/@?@#@");
}

TEST(TargetUrl, refuses_an_empty_host) {
    for (const std::string input :
         {"http://", "http:///h/", "http://:80/", "https://?q", "https://#f", "http:////"}) {
        EXPECT_EQ(refusal(input), "the url has no host") << input;
    }
}

TEST(TargetUrl, refuses_text_that_is_not_utf8) {
    for (const std::string bytes :
         {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
        EXPECT_EQ(refusal("http://h/" + bytes), "the url is not valid utf-8");
        EXPECT_EQ(refusal("http://" + bytes + "/"), "the url is not valid utf-8");
    }
}

TEST(TargetUrl, accepts_its_own_href_unchanged) {
    for (const std::string input : {"HTTP://b\u00fccher.example:8080/a/../\u00e9 '?'\"#\u00e9`",
                                    "http://0x7f.1", "http://[0::0]/x", "http://.", "http://xn--/"}) {
        const std::string once = href(input);
        EXPECT_EQ(href(once), once);
    }
}

TEST(TargetUrl, leaves_the_length_rule_to_the_caller) {
    const std::string longest = "https://h/" + std::string(TargetUrl::max_length - 10, 'a');
    EXPECT_EQ(accepted(longest).href().size(), TargetUrl::max_length);
    EXPECT_GT(accepted(longest + "a").href().size(), TargetUrl::max_length);
}

TEST(TargetUrl, parses_from_many_threads_at_once) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int n = 0; n < 100; ++n) EXPECT_EQ(href("http://\u00e9.de/"), "http://xn--9ca.de/");
        });
    }
}

TEST(TargetUrl, knows_its_host_and_the_port_a_browser_would_use) {
    EXPECT_EQ(accepted("http://Example.com:81/a:b@c").host(), "example.com");
    EXPECT_EQ(accepted("http://Example.com:81/a:b@c").port(), 81);
    EXPECT_EQ(accepted("https://[::1]?:5").host(), "[::1]");
    EXPECT_EQ(accepted("https://[::1]?:5").port(), 443);
    EXPECT_EQ(accepted("http://h").port(), 80);
    EXPECT_EQ(accepted("http://[::1]:8001/").port(), 8001);
}

TEST(TargetUrl, is_private_on_this_machine_and_inside_networks) {
    for (const std::string host : {"localhost",
                                   "LOCALHOST",
                                   "localhost.",
                                   "a.b.localhost",
                                   "a.localhost.",
                                   "\uff4cocalhost",
                                   "0",
                                   "0.1.2.3",
                                   "10.0.0.1",
                                   "10.255.255.255",
                                   "100.64.0.1",
                                   "100.127.255.255",
                                   "0x7f.1",
                                   "2130706433",
                                   "127.0.0.1.",
                                   "169.254.169.254",
                                   "172.16.0.1",
                                   "172.31.255.255",
                                   "192.168.1.1",
                                   "[::]",
                                   "[::1]",
                                   "[::ffff:127.0.0.1]",
                                   "[::ffff:a00:1]",
                                   "[::127.0.0.1]",
                                   "[64:ff9b::10.0.0.1]",
                                   "[64:ff9b:1::1]",
                                   "[2002:7f00:1::]",
                                   "[2002:c0a8:101::1]",
                                   "[fc00::1]",
                                   "[fdff::1]",
                                   "[fe80::1]",
                                   "[febf::1]",
                                   "[fec0::1]"}) {
        EXPECT_TRUE(accepted("http://" + host + ":8080/").is_private()) << host;
    }
}

TEST(TargetUrl, is_not_private_elsewhere) {
    for (const std::string host :
         {"example.com",       "localhost.com",   "mylocalhost",      "10.example",     "1.0.0.0",
          "9.255.255.255",     "11.0.0.0",        "100.63.255.255",   "100.128.0.0",    "126.255.255.255",
          "128.0.0.0",         "169.253.255.255", "169.255.0.0",      "172.15.255.255", "172.32.0.0",
          "192.167.255.255",   "192.169.0.0",     "[::ffff:8.8.8.8]", "[::8.8.8.8]",    "[64:ff9b::8.8.8.8]",
          "[2002:808:808::1]", "[2001:db8::1]",   "[fbff::1]",        "[fe00::1]",      "[ff02::1]"}) {
        EXPECT_FALSE(accepted("http://" + host + "/localhost").is_private()) << host;
    }
}

TEST(TargetUrl, leads_to_an_origin_in_any_spelling) {
    const auto leads = [](std::string_view url, std::string_view authority) {
        return accepted(url).leads_to(Origin::parse(authority).value());
    };
    EXPECT_TRUE(leads("https://Sho.RT/x", "sho.rt"));
    EXPECT_TRUE(leads("https://sho.rt./x", "SHO.rt:443"));
    EXPECT_TRUE(leads("https://sho.rt/x", "sho.rt.:80"));
    EXPECT_TRUE(leads("http://sho.rt:443/", "sho.rt"));
    EXPECT_TRUE(leads("http://%73ho.rt:8001/", "sho.rt:8001"));
    EXPECT_TRUE(leads("http://\u00e9.de", "xn--9ca.de"));
    EXPECT_TRUE(leads("http://xn--9ca.de", "\u00c9.de"));
    EXPECT_TRUE(leads("http://0x7f.1:8001/", "127.0.0.1:8001"));
    EXPECT_TRUE(leads("http://127.0.0.1:8001/", "2130706433:08001"));
    EXPECT_TRUE(leads("http://[::ffff:7f00:1]:8001/", "127.0.0.1:8001"));
    EXPECT_TRUE(leads("http://[0::1]:8001/", "[::1]:8001"));

    EXPECT_FALSE(leads("https://sho.rt:8443/", "sho.rt"));
    EXPECT_FALSE(leads("https://sho.rt/", "sho.rt:8001"));
    EXPECT_FALSE(leads("https://www.sho.rt/", "sho.rt"));
    EXPECT_FALSE(leads("https://other/?https://sho.rt/", "sho.rt"));
}

TEST(Origin, is_nothing_if_the_authority_names_no_host) {
    for (const std::string authority : {"", ":80", ".1", "u@h", "h:x", "h:65536", "h/", "a b", "[::1",
                                        "[::1]x", "1.2.3.4.5", "h\\", "\xff", "\t"}) {
        EXPECT_FALSE(Origin::parse(authority)) << authority;
    }
}

TEST(TargetUrl, from_the_store_is_kept_but_made_safe_for_a_header) {
    EXPECT_EQ(TargetUrl::from_store("http://H/\\a'b%zz")->href(), "http://H/\\a'b%zz");
    EXPECT_EQ(TargetUrl::from_store("http://h/\r\nx: \x7f\u00e9")->href(), "http://h/%0D%0Ax:%20%7F%C3%A9");
}

TEST(TargetUrl, from_another_program_still_has_a_host_if_it_is_a_url) {
    const TargetUrl url = *TargetUrl::from_store("https://u:p@h:81/");
    EXPECT_EQ(url.host(), "h");
    EXPECT_EQ(url.port(), 81);
}

TEST(TargetUrl, from_another_program_is_nothing_if_a_browser_should_not_be_sent_there) {
    for (const char* stored : {"", "mailto:me", "javascript:alert(1)", "/docs", "//host/",
                               "https:", "https:/host", "http://", " https://host/"}) {
        EXPECT_FALSE(TargetUrl::from_store(stored)) << stored;
    }
    EXPECT_TRUE(TargetUrl::from_store("HTTPS://host"));
}

}  // namespace
}  // namespace urltrim::links
