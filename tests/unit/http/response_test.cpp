#include "http/response.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "http/shorten_body.hpp"

namespace urltrim::http {
namespace {

namespace json = boost::json;

constexpr Clock::UtcTime noon{std::chrono::milliseconds{784'111'777'999}};  // the example of RFC 9110

std::string head(const Response& response, bool keep_alive = true) {
    std::string out;
    ResponseWriter(noon).append_head(out, response, keep_alive);
    return out;
}

TEST(ResponseWriter, writes_a_redirect_whole) {
    std::string out;
    ResponseWriter(noon).append_redirect(out, "https://example.com/a?b", true);
    EXPECT_EQ(
        out,
        "HTTP/1.1 302 Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Length: 0\r\nLocation: https://example.com/a?b\r\n\r\n");
}

TEST(ResponseWriter, writes_the_same_redirect_from_a_response) {
    std::string direct;
    ResponseWriter(noon).append_redirect(direct, "https://example.com/", false);
    Response response;
    response.status = Status::found;
    response.location = "https://example.com/";
    EXPECT_EQ(head(response, false), direct);
}

TEST(ResponseWriter, says_when_the_connection_ends) {
    EXPECT_EQ(head(problem(Status::not_found)).find("Connection:"), std::string::npos);
    EXPECT_NE(head(problem(Status::not_found), false).find("\r\nConnection: close\r\n\r\n"),
              std::string::npos);
}

TEST(ResponseWriter, gives_no_content_no_length) {
    Response response;
    response.status = Status::no_content;
    EXPECT_EQ(head(response).find("Content-Length"), std::string::npos);
}

TEST(ResponseWriter, lets_a_response_choose_its_caching) {
    Response response;
    response.content_type = "text/plain";
    response.asset = "x";
    response.add_field("Cache-Control", "public, max-age=1");
    const std::string text = head(response);
    EXPECT_EQ(text.find("no-store"), std::string::npos);
    EXPECT_NE(text.find("nosniff"), std::string::npos);
    EXPECT_NE(text.find("Content-Length: 1\r\n"), std::string::npos);
}

TEST(Problem, carries_the_members_of_RFC_9457_and_the_details_of_the_contract) {
    const std::vector<std::pair<Status, std::string>> details{
        {Status::not_found, "not found"},
        {Status::method_not_allowed, "method not allowed"},
        {Status::content_too_large, "body too large"},
        {Status::unsupported_media_type, "expected application/json"},
        {Status::too_many_requests, "too many requests"},
        {Status::unavailable, "temporarily unavailable"},
    };
    for (const auto& [status, detail] : details) {
        const Response response = problem(status);
        const json::object body = json::parse(response.body).as_object();
        EXPECT_EQ(response.content_type, "application/problem+json");
        EXPECT_EQ(body.at("type").as_string(), "about:blank");
        EXPECT_EQ(body.at("title").as_string(), reason_phrase(status));
        EXPECT_EQ(body.at("status").to_number<unsigned>(), number(status));
        EXPECT_EQ(body.at("detail").as_string(), detail);
        EXPECT_FALSE(body.contains("errors"));
    }
}

TEST(Problem, names_the_fields_that_are_wrong) {
    const Response response =
        problem(Status::unprocessable_content, "validation error", {{"url", "say \"why\"\n"}});
    const json::value body = json::parse(response.body);
    EXPECT_EQ(body.at_pointer("/errors/0/field").as_string(), "url");
    EXPECT_EQ(body.at_pointer("/errors/0/reason").as_string(), "say \"why\"\n");
}

TEST(Problem, tells_when_to_come_back_from_503) {
    EXPECT_NE(problem(Status::unavailable).fields.find("Retry-After: 1\r\n"), std::string::npos);
}

TEST(ShortenBody, reads_url_and_alias) {
    const ShortenBody body =
        parse_shorten_body(R"({"url":"https://a.example/\u00e4","alias":"x","more":[1]})");
    EXPECT_TRUE(body.errors.empty());
    EXPECT_EQ(body.url, "https://a.example/\xc3\xa4");
    EXPECT_EQ(body.alias, "x");
    EXPECT_EQ(parse_shorten_body(R"({"url":"u","alias":null})").alias, std::nullopt);
    EXPECT_EQ(parse_shorten_body(R"({"url":"u"})").alias, std::nullopt);
    EXPECT_EQ(parse_shorten_body(R"({"url":"a\u0000b"})").url, std::string("a\0b", 3));
}

TEST(ShortenBody, says_what_is_wrong_with_which_field) {
    const auto errors = [](std::string_view text) {
        std::string all;
        for (const FieldError& error : parse_shorten_body(text).errors) {
            all.append(error.field).append(": ").append(error.reason).append("; ");
        }
        return all;
    };
    for (const char* malformed : {"", "{", "{\"url\":}", "{\"url\":\"\xff\"}", "{} x", "{'url':1}", "nul"}) {
        EXPECT_EQ(errors(malformed), "body: malformed json; ") << malformed;
    }
    EXPECT_EQ(errors(std::string(100, '[')), "body: malformed json; ");
    EXPECT_EQ(errors("[]"), "body: expected an object; ");
    EXPECT_EQ(errors("null"), "body: expected an object; ");
    EXPECT_EQ(errors("{}"), "url: required; ");
    EXPECT_EQ(errors(R"({"url":null})"), "url: expected a string; ");
    EXPECT_EQ(errors(R"({"url":1,"alias":2})"), "url: expected a string; alias: expected a string or null; ");
}

TEST(IsJson, accepts_the_json_types_only) {
    for (const char* good : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                             "application/vnd.a+json", "application/json ;x"}) {
        EXPECT_TRUE(is_json(good)) << good;
    }
    for (const char* bad :
         {"", "text/plain", "application/jsonp", "json", "text/json", "application/x-www-form-urlencoded",
          "application/+json", "text/plain; application/json", "multipart/form-data"}) {
        EXPECT_FALSE(is_json(bad)) << bad;
    }
}

}  // namespace
}  // namespace urltrim::http
