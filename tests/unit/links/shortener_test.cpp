#include "links/shortener.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/unavailable.hpp"
#include "support/memory_links.hpp"
#include "support/run_task.hpp"

namespace urltrim::links {
namespace {

using Kind = ShortenRefusal::Kind;

/// Gives the same bytes again and again, so that every code it draws is the same.
class StuckRandom final : public RandomSource {
public:
    void fill(std::span<std::byte> bytes) override { std::fill(bytes.begin(), bytes.end(), std::byte{0}); }
};

class ShortenerTest : public ::testing::Test {
protected:
    std::variant<Shortened, ShortenRefusal> shorten(std::string url, std::optional<std::string> alias = {},
                                                    std::string authority = "short.example") {
        ShortenRequest request{std::move(url), std::move(alias), std::move(authority)};
        return testing::run(Shortener(rows, settings, epoch, *random).shorten(std::move(request)));
    }
    std::string code(std::string url, std::optional<std::string> alias = {}) {
        return std::string{std::get<Shortened>(shorten(std::move(url), std::move(alias))).code.text()};
    }
    Kind refusal(std::string url, std::optional<std::string> alias = {}) {
        return std::get<ShortenRefusal>(shorten(std::move(url), std::move(alias))).kind;
    }

    testing::MemoryLinks rows;
    AliasEpoch epoch;
    SystemRandom system_random;
    RandomSource* random = &system_random;
    Shortener::Settings settings{.own_authority = "trim.example:443", .reserved = {"docs", "shorten"}};
};

TEST_F(ShortenerTest, draws_a_code_of_the_configured_length) {
    EXPECT_EQ(code("https://example.com").size(), 6U);
    settings.code_length = 9;
    EXPECT_EQ(code("https://example.com").size(), 9U);
}

TEST_F(ShortenerTest, takes_an_empty_alias_and_the_placeholder_of_swagger_for_none) {
    EXPECT_EQ(code("https://example.com", "").size(), 6U);
    EXPECT_NE(code("https://example.com", "string"), "string");
}

TEST_F(ShortenerTest, stores_an_alias_in_lower_case_and_answers_the_serialised_url) {
    const auto answer = std::get<Shortened>(shorten("HTTPS://Example.com", "My-Alias"));
    EXPECT_EQ(answer.code.text(), "my-alias");
    EXPECT_EQ(answer.target.href(), "https://example.com/");
    EXPECT_EQ(testing::run(rows.find(*ShortCode::parse("my-alias")))->target.href(), "https://example.com/");
}

TEST_F(ShortenerTest, makes_absences_from_before_an_alias_worthless) {
    const auto before = epoch.now();
    code("https://example.com");
    EXPECT_EQ(epoch.now(), before);
    code("https://example.com", "alias");
    EXPECT_NE(epoch.now(), before);
}

TEST_F(ShortenerTest, refuses_aliases_that_break_the_rule_are_reserved_or_taken) {
    EXPECT_EQ(refusal("https://example.com", "no spaces"), Kind::alias_invalid);
    EXPECT_EQ(refusal("https://example.com", std::string(65, 'a')), Kind::alias_invalid);
    EXPECT_EQ(refusal("https://example.com", "Docs"), Kind::alias_reserved);
    code("https://example.com", "mine");
    EXPECT_EQ(refusal("https://example.com", "MINE"), Kind::alias_taken);
}

TEST_F(ShortenerTest, keeps_to_a_shorter_alias_length_if_configured) {
    settings.alias_max_length = 4;
    EXPECT_EQ(refusal("https://example.com", "12345"), Kind::alias_invalid);
    EXPECT_EQ(code("https://example.com", "1234"), "1234");
}

TEST_F(ShortenerTest, refuses_urls_that_lead_back_to_the_service_in_any_spelling) {
    for (const char* url : {"https://trim.example/x", "http://TRIM.example:80/", "https://short.example./a",
                            "http://short.example"}) {
        EXPECT_EQ(refusal(url), Kind::url_refused) << url;
    }
    EXPECT_EQ(code("https://short.example:8443/x").size(), 6U);
}

TEST_F(ShortenerTest, tells_a_url_that_is_too_long_from_one_that_is_refused) {
    const std::string origin = "https://example.com/";
    EXPECT_EQ(code(origin + std::string(8192 - origin.size(), 'a')).size(), 6U);
    EXPECT_EQ(refusal(origin + std::string(8193 - origin.size(), 'a')), Kind::url_too_long);
    EXPECT_EQ(refusal("ftp://example.com/"), Kind::url_refused);
}

TEST_F(ShortenerTest, refuses_private_targets_only_when_told_to) {
    EXPECT_EQ(code("http://192.168.1.1/").size(), 6U);
    settings.deny_private_targets = true;
    EXPECT_EQ(refusal("http://192.168.1.1/"), Kind::url_refused);
    EXPECT_EQ(refusal("http://0x7f.1/"), Kind::url_refused);
}

TEST_F(ShortenerTest, draws_a_longer_code_when_short_ones_collide) {
    StuckRandom stuck;
    random = &stuck;
    EXPECT_EQ(code("https://example.com"), "aaaaaa");
    EXPECT_EQ(code("https://example.com"), "aaaaaaa");
    EXPECT_EQ(code("https://example.com"), "aaaaaaaa");
}

TEST_F(ShortenerTest, never_draws_a_reserved_word) {
    StuckRandom stuck;
    random = &stuck;
    settings.reserved.insert("aaaaaa");
    EXPECT_EQ(code("https://example.com"), "aaaaaaa");
}

TEST_F(ShortenerTest, promises_nothing_while_the_store_is_away) {
    rows.away = true;
    EXPECT_THROW(shorten("https://example.com"), Unavailable);
}

}  // namespace
}  // namespace urltrim::links
