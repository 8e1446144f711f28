#include "http/public_site.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "clicks/client_network.hpp"
#include "limits/client_key.hpp"
#include "site_fixture.hpp"

namespace urltrim::http {
namespace {

namespace json = boost::json;

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PublicSiteTest : public SiteTest {
protected:
    std::string get(const std::string& path, const std::string& fields = "") {
        return connect().exchange("GET " + path + " HTTP/1.1\r\nHost: s.example\r\n" + fields + "\r\n");
    }
    std::string shorten(const std::string& body,
                        const std::string& fields = "Content-Type: application/json\r\n",
                        const std::string& path = "/shorten") {
        return connect().exchange("POST " + path + " HTTP/1.1\r\nHost: s.example\r\n" + fields +
                                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    static std::string detail(const std::string& response) {
        return std::string(body(response).at("detail").as_string());
    }
    static json::object body(const std::string& response) {
        return json::parse(response.substr(response.find("\r\n\r\n") + 4)).as_object();
    }
};

TEST_F(PublicSiteTest, redirects_and_records_a_click_whether_or_not_the_link_is_cached) {
    for (int time = 1; time <= 3; ++time) {
        const std::string answer = get("/abc");
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 302 Found\r\n"));
        EXPECT_THAT(answer, HasSubstr("\r\nLocation: https://example.com/target\r\n"));
        EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
        EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 0\r\n"));
        EXPECT_EQ(clicks.seen.size(), static_cast<std::size_t>(time));
    }
    EXPECT_EQ(store.finds, 1);
    EXPECT_EQ(metrics.redirects[telemetry::RedirectResult::found].value(), 3U);
}

TEST_F(PublicSiteTest, answers_the_same_from_the_cache_as_from_the_store) {
    EXPECT_EQ(get("/abc"), get("/abc"));
}

TEST_F(PublicSiteTest, knows_codes_in_any_case_and_with_a_query) {
    EXPECT_THAT(get("/ABC"), StartsWith("HTTP/1.1 302"));
    EXPECT_THAT(get("/aBc?utm=1"), StartsWith("HTTP/1.1 302"));
    EXPECT_THAT(get("/%61bc"), StartsWith("HTTP/1.1 302"));
}

TEST_F(PublicSiteTest, answers_HEAD_like_GET_without_a_click) {
    const std::string answer = connect().exchange("HEAD /abc HTTP/1.1\r\nHost: s.example\r\n\r\n");
    EXPECT_TRUE(clicks.seen.empty());
    EXPECT_EQ(answer, get("/abc"));
}

TEST_F(PublicSiteTest, records_what_it_may_know_of_the_visitor) {
    const std::string fields =
        "User-Agent: Firefox/1\r\nReferer: https://me:secret@News.Example:8443/private?token=1\r\n"
        "Accept-Language: de-CH;q=0.9, en\r\n";
    for (int cached = 0; cached < 2; ++cached) {
        get("/abc", fields);
        ASSERT_FALSE(clicks.seen.empty());
        const FakeClicks::Seen& click = clicks.seen.back();
        EXPECT_EQ(click.link, links::LinkId{7});
        EXPECT_EQ(click.user_agent, "Firefox/1");
        EXPECT_EQ(click.referrer_host, "News.Example");
        EXPECT_EQ(click.language, "de-CH");
        EXPECT_EQ(click.network, clicks::client_network(ip::make_address("127.0.0.1")));
    }
}

TEST_F(PublicSiteTest, records_no_referrer_that_has_no_host) {
    for (const char* referer : {"", "about:blank", "/path", "https://", "https:///x"}) {
        get("/abc", std::string("Referer: ") + referer + "\r\n");
        EXPECT_EQ(clicks.seen.back().referrer_host, "") << referer;
    }
    get("/abc", "Referer: http://[2001:db8::1]:80/x\r\n");
    EXPECT_EQ(clicks.seen.back().referrer_host, "[2001:db8::1]");
}

TEST_F(PublicSiteTest, records_the_network_of_the_client_behind_a_trusted_proxy) {
    settings.trusted_proxies.v4 = {ip::make_network_v4("127.0.0.0/8")};
    get("/abc", "X-Forwarded-For: 203.0.113.5\r\n");
    EXPECT_EQ(clicks.seen.back().network, clicks::client_network(ip::make_address("203.0.113.5")));
}

TEST_F(PublicSiteTest, says_not_found_without_asking_the_store_for_what_is_no_code) {
    for (const char* path :
         {"/under_score", "/a.b", "/a/b", "//abc", "/abc/", "/%2F", "/%ff", "/wp-login.php", "/.env",
          "/analytics/under_score", "/DOCS", "/Shorten", "/robots.txt.bak"}) {
        const std::string answer = get(path);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 ")) << path;
        EXPECT_EQ(detail(answer), "not found");
    }
    get("/" + std::string(65, 'a'));
    EXPECT_EQ(store.finds, 0);
}

TEST_F(PublicSiteTest, answers_pages_without_asking_the_store) {
    for (const char* path : {"/", "/docs", "/docs/docs.js", "/docs/swagger-ui.css", "/openapi.json",
                             "/robots.txt", "/favicon.ico", "/livez", "/readyz"}) {
        const std::string answer = get(path);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n")) << path;
        EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n")) << path;
    }
    EXPECT_EQ(store.finds, 0);
}

TEST_F(PublicSiteTest, introduces_itself) {
    settings.version = "1.2.3";
    EXPECT_EQ(body(get("/")),
              json::parse(R"({"service":"urltrim","version":"1.2.3","docs":"/docs"})").as_object());
}

TEST_F(PublicSiteTest, lets_the_docs_page_run_only_its_own_scripts) {
    const std::string page = get("/docs");
    EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self';"));
    EXPECT_THAT(page, Not(HasSubstr("<script>")));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, Not(HasSubstr("https://")));
}

TEST_F(PublicSiteTest, sends_a_large_asset_whole) {
    const std::string answer = get("/docs/swagger-ui-bundle.js");
    const std::size_t head = answer.find("\r\n\r\n") + 4;
    EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(answer.size() - head) + "\r\n"));
    EXPECT_GT(answer.size(), 1'000'000U);
}

TEST_F(PublicSiteTest, names_the_allowed_methods) {
    Wire& wire = connect();
    std::string answer = wire.exchange("DELETE /abc HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD, OPTIONS\r\n"));
    EXPECT_EQ(detail(answer), "method not allowed");
    answer = wire.exchange("GET /shorten HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: POST, OPTIONS\r\n"));
    answer = wire.exchange("OPTIONS /shorten HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 "));
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: POST, OPTIONS\r\n"));
    EXPECT_THAT(wire.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
    EXPECT_THAT(wire.exchange("OPTIONS /no/such HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(PublicSiteTest, counts_clicks_for_whoever_asks) {
    EXPECT_EQ(body(get("/analytics/ABC")), json::parse(R"({"short_code":"abc","clicks":42})").as_object());
    EXPECT_THAT(get("/analytics/none"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(PublicSiteTest, shortens_and_then_redirects) {
    const json::object link = body(shorten(R"({"url":"https://Example.com/a b","alias":"My-Link"})"));
    EXPECT_EQ(link.at("short_code").as_string(), "my-link");
    EXPECT_EQ(link.at("long_url").as_string(), "https://example.com/a%20b");
    EXPECT_EQ(link.at("short_url").as_string(), "http://s.example/my-link");
    EXPECT_THAT(get("/my-link"), HasSubstr("\r\nLocation: https://example.com/a%20b\r\n"));
}

TEST_F(PublicSiteTest, draws_a_code_when_no_alias_is_asked_for) {
    for (const char* alias : {"", R"(,"alias":null)", R"(,"alias":"")", R"(,"alias":"string")"}) {
        const json::object link =
            body(shorten(std::string(R"({"url":"https://example.com/")") + alias + "}"));
        EXPECT_EQ(link.at("short_code").as_string().size(), 6U) << alias;
    }
}

TEST_F(PublicSiteTest, answers_errors_as_the_contract_says) {
    store.targets["taken"] = "https://example.com/";
    const std::vector<std::tuple<std::string, unsigned, std::string>> cases{
        {R"({"url":"https://example.com/","alias":"no spaces"})", 400, "invalid alias"},
        {R"({"url":"https://example.com/","alias":"DOCS"})", 400, "alias is reserved"},
        {R"({"url":"https://example.com/","alias":"Taken"})", 409, "alias already taken"},
        {R"({"url":"https://example.com/)" + std::string(8200, 'a') + "\"}", 413, "url too long"},
        {R"({"url":"ftp://example.com/"})", 422, "validation error"},
        {R"({"url":"http://s.example/abc"})", 422, "validation error"},
        {R"({"url":17})", 422, "validation error"},
        {R"({"url")", 422, "validation error"},
        {"", 422, "validation error"},
    };
    for (const auto& [text, status, wanted] : cases) {
        const std::string answer = shorten(text);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status))) << text;
        EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: application/problem+json\r\n")) << text;
        EXPECT_EQ(detail(answer), wanted) << text;
        EXPECT_EQ(body(answer).contains("errors"), status == 422) << text;
    }
}

TEST_F(PublicSiteTest, wants_json) {
    const std::string answer = shorten(R"({"url":"https://example.com/"})", "Content-Type: text/plain\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 415 "));
    EXPECT_EQ(detail(answer), "expected application/json");
    EXPECT_THAT(shorten(R"({"url":"https://example.com/"})", ""), StartsWith("HTTP/1.1 415 "));
}

TEST_F(PublicSiteTest, tells_a_client_its_budget) {
    const std::string answer = shorten(R"({"url":"https://example.com/"})");
    EXPECT_THAT(answer,
                HasSubstr("\r\nRateLimit-Limit: 60\r\nRateLimit-Remaining: 59\r\nRateLimit-Reset: 60\r\n"));
    limiter.admission = {};
    EXPECT_THAT(shorten(R"({"url":"https://example.com/"})"), Not(HasSubstr("RateLimit")));
}

TEST_F(PublicSiteTest, refuses_a_client_over_its_limit_before_looking_at_the_body) {
    limiter.admission = {false, 60, 0, std::chrono::seconds(17), std::chrono::seconds(60)};
    const std::string answer = shorten("rubbish", "Content-Type: text/plain\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 "));
    EXPECT_THAT(answer,
                HasSubstr("\r\nRetry-After: 17\r\nRateLimit-Limit: 60\r\nRateLimit-Remaining: 0\r\n"));
    EXPECT_EQ(detail(answer), "too many requests");
    EXPECT_EQ(metrics.rate_limited.value(), 1U);
}

TEST_F(PublicSiteTest, limits_every_spelling_that_shortens) {
    limiter.admission.allowed = false;
    EXPECT_THAT(shorten("{}", "Content-Type: application/json\r\n", "/%73horten"),
                StartsWith("HTTP/1.1 429 "));
    EXPECT_THAT(shorten("{}", "Content-Type: application/json\r\n", "http://s.example/shorten?x"),
                StartsWith("HTTP/1.1 429 "));
    for (const char* path : {"//shorten", "/shorten/", "/./shorten", "/shorten/."}) {
        EXPECT_THAT(shorten("{}", "Content-Type: application/json\r\n", path), StartsWith("HTTP/1.1 404 "))
            << path;
    }
    for (const char* path : {"/SHORTEN", "/%2fshorten", "/shorten%2f"}) {
        EXPECT_THAT(shorten("{}", "Content-Type: application/json\r\n", path), StartsWith("HTTP/1.1 405 "))
            << path << " is a code by its form, and codes are not posted to";
    }
}

TEST_F(PublicSiteTest, limits_the_client_behind_a_trusted_proxy_and_nobody_else) {
    shorten("{}", "X-Forwarded-For: 203.0.113.5\r\n");
    EXPECT_EQ(limiter.clients.back(), limits::client_key(ip::make_address("127.0.0.1")));
    settings.trusted_proxies.v4 = {ip::make_network_v4("127.0.0.1/32")};
    shorten("{}", "X-Forwarded-For: 203.0.113.5\r\n");
    EXPECT_EQ(limiter.clients.back(), limits::client_key(ip::make_address("203.0.113.5")));
}

TEST_F(PublicSiteTest, builds_short_urls_on_what_the_client_sees) {
    const std::string text = R"({"url":"https://example.com/","alias":"x1"})";
    const auto short_url = [&](const std::string& fields) {
        store.targets.erase("x1");
        return std::string(
            body(shorten(text, "Content-Type: application/json\r\n" + fields)).at("short_url").as_string());
    };
    EXPECT_EQ(short_url("X-Forwarded-Proto: https\r\n"), "http://s.example/x1");
    settings.trusted_proxies.v4 = {ip::make_network_v4("127.0.0.1/32")};
    EXPECT_EQ(short_url("X-Forwarded-Proto: https\r\n"), "https://s.example/x1");
    settings.base_url = "https://go.example";
    EXPECT_EQ(short_url(""), "https://go.example/x1");
}

TEST_F(PublicSiteTest, names_its_own_address_to_a_client_without_Host) {
    const std::string text = R"({"url":"https://example.com/","alias":"x1"})";
    const std::string answer =
        connect().exchange("POST /shorten HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: " +
                           std::to_string(text.size()) + "\r\n\r\n" + text);
    EXPECT_EQ(body(answer).at("short_url").as_string(),
              "http://127.0.0.1:" + std::to_string(address.port()) + "/x1");
}

TEST_F(PublicSiteTest, never_shows_a_store_that_is_down_as_a_missing_link) {
    store.down = true;
    const std::string answer = get("/abc");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: "));
    EXPECT_EQ(detail(answer), "temporarily unavailable");
    EXPECT_THAT(shorten(R"({"url":"https://example.com/"})"), StartsWith("HTTP/1.1 503 "));
    store.down = false;
    EXPECT_THAT(get("/abc"), StartsWith("HTTP/1.1 302 "));
    EXPECT_EQ(metrics.redirects[telemetry::RedirectResult::unavailable].value(), 1U);
}

TEST_F(PublicSiteTest, redirects_nobody_whose_click_has_no_place) {
    warm("abc");
    clicks.answer = clicks::ClickSink::Outcome::refused;
    const std::string cached = get("/abc");
    EXPECT_THAT(cached, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(cached, Not(HasSubstr("Location")));
    store.targets["other"] = "https://example.com/";
    EXPECT_THAT(get("/other"), StartsWith("HTTP/1.1 503 "));
    EXPECT_EQ(metrics.redirects[telemetry::RedirectResult::refused].value(), 2U);
}

TEST_F(PublicSiteTest, sends_a_redirect_only_once_its_click_is_safe) {
    clicks.answer = clicks::ClickSink::Outcome::wait;
    EXPECT_THAT(get("/abc"), StartsWith("HTTP/1.1 302 "));
    EXPECT_THAT(get("/abc"), StartsWith("HTTP/1.1 302 "));
    EXPECT_EQ(clicks.settles, 2);
    clicks.sync_fails = true;
    const std::string answer = get("/abc");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, Not(HasSubstr("302")));
}

TEST_F(PublicSiteTest, is_ready_when_no_component_is_down) {
    components = {{"store", ComponentStatus::Health::ok, ""},
                  {"journal", ComponentStatus::Health::degraded, "clicks are in memory"}};
    EXPECT_THAT(get("/readyz"),
                HasSubstr("\r\n\r\nready\nstore: ok\njournal: degraded, clicks are in memory\n"));
    components[0] = {"store", ComponentStatus::Health::down, "no answer"};
    const std::string answer = get("/readyz");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("\r\n\r\nnot ready\nstore: down, no answer\n"));
}

}  // namespace
}  // namespace urltrim::http
