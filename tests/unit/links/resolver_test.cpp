#include "links/resolver.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>

#include "base/unavailable.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_links.hpp"
#include "support/run_task.hpp"

namespace urltrim::links {
namespace {

using namespace std::chrono_literals;

class ResolverTest : public ::testing::Test {
protected:
    std::string target(std::string_view code) {
        const auto link = testing::run(resolver.resolve(*ShortCode::parse(code)));
        return link ? link->target.href() : "none";
    }

    testing::ManualClock clock;
    testing::MemoryLinks rows;
    AliasEpoch epoch;
    Resolver resolver{rows, Resolver::Settings{}, epoch, clock};
};

TEST_F(ResolverTest, asks_the_store_once_and_then_its_cache) {
    rows.put("abc", "https://example.com/");
    EXPECT_EQ(target("abc"), "https://example.com/");
    EXPECT_EQ(target("ABC"), "https://example.com/");
    EXPECT_EQ(rows.finds, 1);
    EXPECT_EQ(resolver.find_cached(*ShortCode::parse("abc"))->target, "https://example.com/");
}

TEST_F(ResolverTest, picks_up_a_changed_row_when_the_ttl_is_over) {
    rows.put("abc", "https://example.com/old");
    target("abc");
    rows.put("abc", "https://example.com/new");
    clock.advance(5s - 1ns);
    EXPECT_EQ(target("abc"), "https://example.com/old");
    clock.advance(1ns);
    EXPECT_EQ(target("abc"), "https://example.com/new");
}

TEST_F(ResolverTest, picks_up_a_deleted_row_when_the_ttl_is_over) {
    rows.put("abc", "https://example.com/");
    target("abc");
    rows.remove("abc");
    clock.advance(5s);
    EXPECT_EQ(target("abc"), "none");
}

TEST_F(ResolverTest, remembers_for_two_seconds_that_a_link_does_not_exist) {
    EXPECT_EQ(target("abc"), "none");
    rows.put("abc", "https://example.com/");
    EXPECT_EQ(target("abc"), "none");
    EXPECT_EQ(rows.finds, 1);
    clock.advance(2s);
    EXPECT_EQ(target("abc"), "https://example.com/");
}

TEST_F(ResolverTest, believes_no_absence_from_before_the_newest_alias) {
    EXPECT_EQ(target("abc"), "none");
    rows.put("abc", "https://example.com/");
    epoch.advance();
    EXPECT_EQ(target("abc"), "https://example.com/");
}

TEST_F(ResolverTest, does_not_remember_an_absence_that_an_alias_overtook) {
    asio::io_context io(1);
    asio::co_spawn(io.get_executor(), resolver.resolve(*ShortCode::parse("abc")), asio::detached);
    io.run_one();  // the look-up is on its way
    epoch.advance();
    io.run();
    rows.put("abc", "https://example.com/");
    EXPECT_EQ(target("abc"), "https://example.com/");
}

TEST_F(ResolverTest, asks_the_store_once_for_a_thousand_requests_at_the_same_time) {
    rows.put("abc", "https://example.com/");
    asio::io_context io(1);
    int answered = 0;
    for (int i = 0; i < 1000; ++i) {
        asio::co_spawn(io.get_executor(), resolver.resolve(*ShortCode::parse("abc")),
                       [&](std::exception_ptr, std::optional<Link> link) { answered += link ? 1 : 0; });
    }
    io.run();
    EXPECT_EQ(answered, 1000);
    EXPECT_EQ(rows.finds, 1);
    EXPECT_EQ(resolver.stats().joined, 999U);
}

TEST_F(ResolverTest, tells_everybody_who_waits_that_the_store_is_away) {
    rows.away = true;
    asio::io_context io(1);
    int refused = 0;
    for (int i = 0; i < 10; ++i) {
        asio::co_spawn(
            io.get_executor(), resolver.resolve(*ShortCode::parse("abc")),
            [&](std::exception_ptr error, const std::optional<Link>&) { refused += error ? 1 : 0; });
    }
    io.run();
    EXPECT_EQ(refused, 10);
}

TEST_F(ResolverTest, does_not_take_a_store_that_is_away_for_a_link_that_does_not_exist) {
    rows.put("abc", "https://example.com/");
    rows.away = true;
    EXPECT_THROW(target("abc"), Unavailable);
    rows.away = false;
    EXPECT_EQ(target("abc"), "https://example.com/");
}

TEST_F(ResolverTest, answers_from_an_older_entry_while_the_store_is_away_for_at_most_a_day) {
    rows.put("abc", "https://example.com/");
    target("abc");
    rows.away = true;
    clock.advance(24h);
    EXPECT_EQ(target("abc"), "https://example.com/");
    clock.advance(1s);
    EXPECT_THROW(target("abc"), Unavailable);
}

Link link_named(const std::string& code, std::size_t target_length) {
    return {LinkId{1}, *ShortCode::parse(code),
            *TargetUrl::from_store("https://" + std::string(target_length, 'x'))};
}

TEST(LocalCache, stays_within_its_bytes_and_drops_what_was_used_longest_ago) {
    testing::ManualClock clock;
    LocalCache cache(10'000, 5s, clock);
    for (int i = 0; i < 1000; ++i) {
        cache.remember(link_named("code-" + std::to_string(i), 100));
        EXPECT_TRUE(cache.find(*ShortCode::parse("code-0")));  // in use all the time
        ASSERT_LE(cache.bytes(), 10'000U);
    }
    EXPECT_TRUE(cache.find(*ShortCode::parse("code-999")));
    EXPECT_FALSE(cache.find(*ShortCode::parse("code-1")));
    EXPECT_GT(cache.entries(), 30U);
    EXPECT_EQ(cache.evictions(), 1000 - cache.entries());
}

TEST(LocalCache, counts_no_bytes_twice_when_a_link_is_replaced) {
    testing::ManualClock clock;
    LocalCache cache(10'000, 5s, clock);
    cache.remember(link_named("abc", 100));
    const std::size_t bytes = cache.bytes();
    cache.remember(link_named("abc", 100));
    EXPECT_EQ(cache.bytes(), bytes);
    cache.forget(*ShortCode::parse("abc"));
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST(LocalCache, does_not_empty_itself_for_a_link_that_is_too_large) {
    testing::ManualClock clock;
    LocalCache cache(1000, 5s, clock);
    cache.remember(link_named("small", 10));
    cache.remember(link_named("large", 2000));
    EXPECT_TRUE(cache.find(*ShortCode::parse("small")));
    EXPECT_FALSE(cache.find(*ShortCode::parse("large")));
}

TEST(NegativeCache, cannot_grow) {
    testing::ManualClock clock;
    AliasEpoch epoch;
    NegativeCache cache(4, 2s, epoch, clock);
    int remembered = 0;
    for (int i = 0; i < 100; ++i) cache.remember(*ShortCode::parse(std::to_string(i)), epoch.now());
    for (int i = 0; i < 100; ++i) remembered += cache.contains(*ShortCode::parse(std::to_string(i))) ? 1 : 0;
    EXPECT_LE(remembered, 4);
    EXPECT_GT(remembered, 0);
}

}  // namespace
}  // namespace urltrim::links
