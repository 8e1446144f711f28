#include "http/request_head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace urltrim::http {
namespace {

using Kind = HeadResult::Kind;

struct HeadCase {
    std::string why;
    std::string text;
    unsigned status;  // 0: accepted
};

std::string get(const std::string& fields) {
    return "GET /abc HTTP/1.1\r\nHost: s.example\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields) {
    return "POST /shorten HTTP/1.1\r\nHost: s.example\r\n" + fields + "\r\n";
}

std::string host(const std::string& value) {
    return "GET /abc HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
}

std::string line(const std::string& request_line) {
    return request_line + "\r\nHost: s.example\r\n\r\n";
}

std::string many_fields(int count) {
    std::string fields;
    for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
    return fields;
}

std::string nul() {
    return std::string(1, '\0');
}

std::vector<HeadCase> head_cases() {
    return {
        // Request lines.
        {"the plain one", line("GET /abc HTTP/1.1"), 0},
        {"the root", line("GET / HTTP/1.1"), 0},
        {"a query", line("GET /abc?x=1&y HTTP/1.1"), 0},
        {"an empty query", line("GET /abc? HTTP/1.1"), 0},
        {"a question mark in the query", line("GET /abc?a?b HTTP/1.1"), 0},
        {"percent-encoding", line("GET /%61bc HTTP/1.1"), 0},
        {"HEAD", line("HEAD /abc HTTP/1.1"), 0},
        {"OPTIONS", line("OPTIONS /abc HTTP/1.1"), 0},
        {"OPTIONS for the whole server", line("OPTIONS * HTTP/1.1"), 0},
        {"a method nobody knows", line("BREW /abc HTTP/1.1"), 0},
        {"a method in lower case is another method", line("get /abc HTTP/1.1"), 0},
        {"a method with odd but allowed characters", line("M-SEARCH! /abc HTTP/1.1"), 0},
        {"HTTP/1.0", line("GET /abc HTTP/1.0"), 0},
        {"a later minor version", line("GET /abc HTTP/1.7"), 0},
        {"an empty line first", "\r\n" + line("GET /abc HTTP/1.1"), 0},
        {"two empty lines first", "\r\n\r\n" + line("GET /abc HTTP/1.1"), 400},
        {"a bare LF first", "\n" + line("GET /abc HTTP/1.1"), 400},
        {"a bare CR first", "\rGET /abc HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a space first", " GET /abc HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"two spaces before the target", line("GET  /abc HTTP/1.1"), 400},
        {"two spaces before the version", line("GET /abc  HTTP/1.1"), 400},
        {"a space after the version", line("GET /abc HTTP/1.1 "), 400},
        {"a tab for a space", line("GET\t/abc HTTP/1.1"), 400},
        {"a tab before the version", line("GET /abc\tHTTP/1.1"), 400},
        {"no method", line("/abc HTTP/1.1"), 400},
        {"a method that is no token", line("GE(T /abc HTTP/1.1"), 400},
        {"no target", line("GET HTTP/1.1"), 400},
        {"HTTP/0.9", "GET /abc\r\n\r\n", 400},
        {"a space in the target", line("GET /a bc HTTP/1.1"), 400},
        {"a fragment", line("GET /abc#top HTTP/1.1"), 400},
        {"a byte above ASCII in the target", line("GET /\xc3\xa4 HTTP/1.1"), 400},
        {"NUL in the target", line("GET /a" + nul() + "b HTTP/1.1"), 400},
        {"DEL in the target", line("GET /a\x7f HTTP/1.1"), 400},
        {"a bare CR in the target", line("GET /a\rb HTTP/1.1"), 400},
        {"a bare LF after the request line", "GET /abc HTTP/1.1\nHost: s.example\r\n\r\n", 400},
        {"a target without a slash", line("GET abc HTTP/1.1"), 400},
        {"an asterisk without OPTIONS", line("GET * HTTP/1.1"), 400},
        {"more than an asterisk", line("OPTIONS ** HTTP/1.1"), 400},
        {"CONNECT", line("CONNECT s.example:443 HTTP/1.1"), 501},
        {"HTTP/2.0", line("GET /abc HTTP/2.0"), 505},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"HTTP/0.9 spelt out", line("GET /abc HTTP/0.9"), 505},
        {"HTTP/3.1", line("GET /abc HTTP/3.1"), 505},
        {"a version in lower case", line("GET /abc http/1.1"), 400},
        {"a version without minor", line("GET /abc HTTP/1"), 400},
        {"a version with two digits", line("GET /abc HTTP/1.10"), 400},
        {"a version with a comma", line("GET /abc HTTP/1,1"), 400},
        {"another protocol", line("GET /abc SIP/2.0xx"), 400},
        {"a version that is no number", line("GET /abc HTTP/x.y"), 400},
        // Absolute form.
        {"absolute form", line("GET http://s.example/abc HTTP/1.1"), 0},
        {"absolute form with https", line("GET https://s.example/abc HTTP/1.1"), 0},
        {"absolute form in capitals", line("GET HTTP://S.EXAMPLE/abc HTTP/1.1"), 0},
        {"absolute form with a port", line("GET http://s.example:8001/abc HTTP/1.1"), 0},
        {"absolute form without a path", line("GET http://s.example HTTP/1.1"), 0},
        {"absolute form with only a query", line("GET http://s.example?x HTTP/1.1"), 0},
        {"absolute form without Host", "GET http://s.example/abc HTTP/1.1\r\n\r\n", 400},
        {"absolute form with a user", line("GET http://me@s.example/abc HTTP/1.1"), 400},
        {"absolute form without a host", line("GET http:///abc HTTP/1.1"), 400},
        {"absolute form with another scheme", line("GET ftp://s.example/abc HTTP/1.1"), 400},
        {"absolute form without slashes", line("GET http:s.example/abc HTTP/1.1"), 400},
        {"absolute form with a bad port", line("GET http://s.example:99999/abc HTTP/1.1"), 400},
        // Host.
        {"no Host", "GET /abc HTTP/1.1\r\n\r\n", 400},
        {"no Host, HTTP/1.0", "GET /abc HTTP/1.0\r\n\r\n", 0},
        {"two Hosts", get("Host: s.example\r\n"), 400},
        {"two Hosts, HTTP/1.0", "GET /abc HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"an empty Host", host(""), 400},
        {"Host with a port", host("s.example:8001"), 0},
        {"Host with an empty port", host("s.example:"), 400},
        {"Host with a port of letters", host("s.example:http"), 400},
        {"Host with a port too large", host("s.example:65536"), 400},
        {"Host with the largest port", host("s.example:65535"), 0},
        {"Host with a negative port", host("s.example:-1"), 400},
        {"Host is an IPv4 address", host("127.0.0.1:8001"), 0},
        {"Host is an IPv6 address", host("[::1]:8001"), 0},
        {"Host is an IPv6 address without a port", host("[2001:db8::1]"), 0},
        {"Host is an IPv6 address without brackets", host("::1"), 400},
        {"Host is half an IPv6 address", host("[::1"), 400},
        {"Host is an empty IPv6 address", host("[]"), 400},
        {"Host is a name in brackets", host("[s.example]"), 400},
        {"Host with something after the brackets", host("[::1]x"), 400},
        {"Host with a user", host("me@s.example"), 400},
        {"Host with a path", host("s.example/abc"), 400},
        {"Host with a space", host("s.example b"), 400},
        {"Host with a quote", host("s.example\""), 400},
        {"Host is a list", host("a.example, b.example"), 400},
        {"Host above ASCII", host("s\xc3\xa4.example"), 400},
        {"Host in any case", "GET /abc HTTP/1.1\r\nhOST: s.example\r\n\r\n", 0},
        // Field lines.
        {"white space around a value", get("X-A: \t b \t\r\n"), 0},
        {"no white space before a value", get("X-A:b\r\n"), 0},
        {"an empty value", get("X-A:\r\n"), 0},
        {"a tab inside a value", get("X-A: b\tc\r\n"), 0},
        {"a tab among many other characters", get("X-A: 0123456789\t0123456789\t\t0123456789\r\n"), 0},
        {"bytes above ASCII in a value", get("X-A: \xe4\xf6\xfc\xff\x80 and on\r\n"), 0},
        {"a colon in a value", get("X-A: b:c\r\n"), 0},
        {"a space before the colon", get("X-A : b\r\n"), 400},
        {"a tab before the colon", get("X-A\t: b\r\n"), 400},
        {"a space before Host's colon", "GET /abc HTTP/1.1\r\nHost : s.example\r\n\r\n", 400},
        {"no colon", get("X-A\r\n"), 400},
        {"no name", get(": b\r\n"), 400},
        {"a name that is no token", get("X(A): b\r\n"), 400},
        {"a name above ASCII", get("X\xc3\xa4: b\r\n"), 400},
        {"NUL in a name", get("X" + nul() + "A: b\r\n"), 400},
        {"NUL in a value", get("X-A: b" + nul() + "c\r\n"), 400},
        {"NUL late in a long value", get("X-A: 0123456789abcdef0123" + nul() + "456789\r\n"), 400},
        {"DEL in a value", get("X-A: b\x7f\r\n"), 400},
        {"BEL in a value", get("X-A: b\x07\r\n"), 400},
        {"a bare CR in a value", get("X-A: b\rc\r\n"), 400},
        {"a bare LF in a value", get("X-A: b\nc\r\n"), 400},
        {"CR CR LF", get("X-A: b\r\r\n"), 400},
        {"a line that ends in LF", get("X-A: b\n"), 400},
        {"a head that ends in LF LF", "GET /abc HTTP/1.1\r\nHost: a\n\n", 400},
        {"a head that ends in CR LF LF", "GET /abc HTTP/1.1\r\nHost: a\r\n\n", 400},
        {"a head that ends in CR LF CR X", "GET /abc HTTP/1.1\r\nHost: a\r\n\rX", 400},
        {"obsolete folding", get("X-A: b\r\n c\r\n"), 400},
        {"obsolete folding with a tab", get("X-A: b\r\n\tc\r\n"), 400},
        {"folding right after the request line", "GET /abc HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"a line of one space", get(" \r\n"), 400},
        {"99 fields and Host", get(many_fields(99)), 0},
        {"100 fields and Host", get(many_fields(100)), 431},
        {"16 KiB", get("X-A: " + std::string(RequestHead::max_bytes, 'a') + "\r\n"), 431},
        {"16 KiB of target", line("GET /" + std::string(RequestHead::max_bytes, 'a') + " HTTP/1.1"), 431},
        {"just under 16 KiB", get("X-A: " + std::string(RequestHead::max_bytes - 100, 'a') + "\r\n"), 0},
        // Lengths.
        {"a length", post("Content-Length: 5\r\n"), 0},
        {"length zero", post("Content-Length: 0\r\n"), 0},
        {"leading zeros", post("Content-Length: 005\r\n"), 0},
        {"the same length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 0},
        {"differing lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
        {"differing lengths, one of them zero", post("Content-Length: 0\r\nContent-Length: 6\r\n"), 400},
        {"a list of lengths", post("Content-Length: 5, 5\r\n"), 400},
        {"an empty length", post("Content-Length:\r\n"), 400},
        {"a negative length", post("Content-Length: -5\r\n"), 400},
        {"a length with a plus", post("Content-Length: +5\r\n"), 400},
        {"a hexadecimal length", post("Content-Length: 0x5\r\n"), 400},
        {"a length with a space inside", post("Content-Length: 5 5\r\n"), 400},
        {"a length with a fraction", post("Content-Length: 5.0\r\n"), 400},
        {"a length larger than any number", post("Content-Length: 99999999999999999999999\r\n"), 0},
        // Transfer codings.
        {"chunked", post("Transfer-Encoding: chunked\r\n"), 0},
        {"chunked in capitals", post("Transfer-Encoding: CHUNKED\r\n"), 0},
        {"chunked with empty list elements", post("Transfer-Encoding: , chunked ,\r\n"), 0},
        {"chunked and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
        {"a length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"an unknown coding and a length", post("Content-Length: 5\r\nTransfer-Encoding: x\r\n"), 400},
        {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n"), 400},
        {"chunked in two fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"chunked is not last", post("Transfer-Encoding: chunked, gzip\r\n"), 400},
        {"chunked is not last, over two fields",
         post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400},
        {"an empty coding", post("Transfer-Encoding:\r\n"), 400},
        {"gzip", post("Transfer-Encoding: gzip\r\n"), 501},
        {"gzip, then chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {"identity", post("Transfer-Encoding: identity\r\n"), 501},
        {"chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n"), 501},
        {"nearly chunked", post("Transfer-Encoding: xchunked\r\n"), 501},
        {"chunked with a vertical tab",
         post("Transfer-Encoding: \x0b"
              "chunked\r\n"),
         400},
        {"chunked over HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        // Expectations.
        {"100-continue", post("Expect: 100-continue\r\nContent-Length: 5\r\n"), 0},
        {"100-continue in capitals", post("Expect: 100-Continue\r\nContent-Length: 5\r\n"), 0},
        {"another expectation", post("Expect: 200-ok\r\nContent-Length: 5\r\n"), 417},
        {"an expectation over HTTP/1.0", "GET / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n", 0},
    };
}

TEST(ParseHead, decides_as_RFC_9112_does) {
    for (const HeadCase& one : head_cases()) {
        RequestHead head;
        const HeadResult result = parse_head(one.text, head);
        if (one.status == 0) {
            EXPECT_EQ(result.kind, Kind::complete) << one.why << ": refused with " << number(result.status);
            EXPECT_EQ(head.size, one.text.size()) << one.why;
        } else {
            EXPECT_EQ(result.kind, Kind::refused) << one.why;
            EXPECT_EQ(number(result.status), one.status) << one.why;
        }
    }
}

TEST(ParseHead, wants_more_as_long_as_a_good_head_is_cut_short_anywhere) {
    for (const HeadCase& one : head_cases()) {
        if (one.status != 0 || one.text.size() > 1000) continue;
        for (std::size_t size = 0; size < one.text.size(); ++size) {
            // A copy of the exact size, so that a sanitizer sees a read past the end.
            const std::vector<char> cut(one.text.begin(),
                                        one.text.begin() + static_cast<std::ptrdiff_t>(size));
            RequestHead head;
            const HeadResult result = parse_head({cut.data(), cut.size()}, head);
            EXPECT_EQ(result.kind, Kind::incomplete) << one.why << ", cut after " << size;
        }
    }
}

TEST(ParseHead, never_takes_back_a_refusal_when_more_arrives) {
    for (const HeadCase& one : head_cases()) {
        bool refused = false;
        for (std::size_t size = 0; size <= std::min<std::size_t>(one.text.size(), 500); ++size) {
            RequestHead head;
            const bool now =
                parse_head(std::string_view(one.text).substr(0, size), head).kind == Kind::refused;
            EXPECT_TRUE(now || !refused) << one.why << ", after " << size;
            refused = now;
        }
    }
}

TEST(ParseHead, leaves_the_next_request_alone) {
    const std::string first = get("X-A: b\r\n");
    RequestHead head;
    EXPECT_EQ(parse_head(first + line("GET /next HTTP/1.1"), head).kind, Kind::complete);
    EXPECT_EQ(head.size, first.size());
}

TEST(ParseHead, finds_what_a_redirect_needs) {
    const std::string text =
        get("User-Agent: Mozilla/5.0 (X11)\r\nREFERER: https://a.example/page\r\naccept-language: de, "
            "en;q=0.5\r\n"
            "Content-Type:application/json\r\n");
    RequestHead head;
    ASSERT_EQ(parse_head(text, head).kind, Kind::complete);
    EXPECT_EQ(head.method, Method::get);
    EXPECT_EQ(head.path, "/abc");
    EXPECT_EQ(head.authority, "s.example");
    EXPECT_EQ(head.user_agent, "Mozilla/5.0 (X11)");
    EXPECT_EQ(head.referer, "https://a.example/page");
    EXPECT_EQ(head.accept_language, "de, en;q=0.5");
    EXPECT_EQ(head.content_type, "application/json");
    EXPECT_FALSE(head.has_body());
}

TEST(ParseHead, leaves_the_query_out_of_the_path) {
    const std::string text = line("GET /abc?utm=1/2 HTTP/1.1");
    RequestHead head;
    parse_head(text, head);
    EXPECT_EQ(head.path, "/abc");
}

TEST(ParseHead, takes_authority_and_path_from_an_absolute_target) {
    const std::string with_path = line("GET http://other.example:81/abc?x HTTP/1.1");
    RequestHead head;
    parse_head(with_path, head);
    EXPECT_EQ(head.authority, "other.example:81");
    EXPECT_EQ(head.path, "/abc");
    const std::string without_path = line("GET http://other.example?x HTTP/1.1");
    parse_head(without_path, head);
    EXPECT_EQ(head.path, "/");
}

TEST(ParseHead, keeps_the_connection_unless_told_otherwise) {
    const auto keeps = [](const std::string& text) {
        RequestHead head;
        parse_head(text, head);
        return head.keep_alive;
    };
    EXPECT_TRUE(keeps(get("")));
    EXPECT_TRUE(keeps(get("Connection: keep-alive\r\n")));
    EXPECT_FALSE(keeps(get("Connection: close\r\n")));
    EXPECT_FALSE(keeps(get("Connection: Foo , CLOSE\r\n")));
    EXPECT_FALSE(keeps(get("Connection: upgrade\r\nConnection: close\r\n")));
    EXPECT_TRUE(keeps(get("Connection: closed\r\n")));
    EXPECT_FALSE(keeps("GET /abc HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(ParseHead, says_how_the_body_comes) {
    RequestHead head;
    parse_head(post("Content-Length: 17\r\n"), head);
    EXPECT_EQ(head.content_length, 17U);
    EXPECT_FALSE(head.chunked);
    parse_head(post("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"), head);
    EXPECT_TRUE(head.chunked);
    EXPECT_TRUE(head.expects_continue);
    EXPECT_TRUE(head.has_body());
    parse_head(post("Content-Length: 99999999999999999999999\r\n"), head);
    EXPECT_GT(head.content_length, 1'000'000'000'000U);
}

TEST(ForEachField, visits_every_line_trimmed) {
    const std::string text = get("X-A:  1 \t\r\nX-B:\r\n");
    RequestHead head;
    parse_head(text, head);
    std::string seen;
    for_each_field(head.fields, [&](std::string_view name, std::string_view value) {
        seen.append(name).append("=").append(value).append(";");
    });
    EXPECT_EQ(seen, "Host=s.example;X-A=1;X-B=;");
}

}  // namespace
}  // namespace urltrim::http
