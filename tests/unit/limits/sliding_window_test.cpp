#include "limits/sliding_window.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

namespace urltrim::limits {
namespace {

using namespace std::chrono_literals;
using testing::ManualClock;

TEST(SlidingWindow, forgets_an_admission_exactly_one_window_later) {
    ManualClock clock;
    SlidingWindow window(2, 60s, clock);
    EXPECT_TRUE(window.admit("a").allowed);
    clock.advance(59s);
    EXPECT_TRUE(window.admit("a").allowed);
    EXPECT_EQ(window.admit("a").retry_after, 1s);
    clock.advance(1s);
    EXPECT_TRUE(window.admit("a").allowed);
    EXPECT_FALSE(window.admit("a").allowed);
}

TEST(SlidingWindow, does_not_count_what_it_refused) {
    ManualClock clock;
    SlidingWindow window(3, 60s, clock);
    int allowed = 0;
    for (int second = 0; second < 120; ++second) {
        allowed += window.admit("pushy").allowed ? 1 : 0;
        clock.advance(1s);
    }
    EXPECT_EQ(allowed, 6);
}

TEST(SlidingWindow, keeps_a_budget_for_each_client) {
    ManualClock clock;
    SlidingWindow window(1, 60s, clock);
    EXPECT_TRUE(window.admit("a").allowed);
    EXPECT_TRUE(window.admit("b").allowed);
    EXPECT_FALSE(window.admit("a").allowed);
}

TEST(SlidingWindow, tells_what_is_left_and_when_all_of_it_is_back) {
    ManualClock clock;
    SlidingWindow window(3, 60s, clock);
    window.admit("a");
    clock.advance(20s);
    const Admission second = window.admit("a");
    EXPECT_EQ(second.limit, 3U);
    EXPECT_EQ(second.remaining, 1U);
    EXPECT_EQ(second.reset, 60s);
    window.admit("a");
    const Admission refused = window.admit("a");
    EXPECT_EQ(refused.remaining, 0U);
    EXPECT_EQ(refused.retry_after, 40s);
    EXPECT_EQ(refused.reset, 60s);
}

TEST(SlidingWindow, rounds_waiting_times_up_so_that_waiting_them_is_enough) {
    ManualClock clock;
    SlidingWindow window(1, 60s, clock);
    window.admit("a");
    clock.advance(59s + 1ms);
    EXPECT_EQ(window.admit("a").retry_after, 1s);
}

TEST(SlidingWindow, admits_everything_without_a_limit) {
    ManualClock clock;
    SlidingWindow window(0, 60s, clock);
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(window.admit("a").allowed);
    EXPECT_EQ(window.clients(), 0U);
}

TEST(SlidingWindow, forgets_clients_whose_window_has_passed) {
    ManualClock clock;
    SlidingWindow window(5, 60s, clock);
    for (int i = 0; i < 100; ++i) window.admit("client " + std::to_string(i));
    EXPECT_EQ(window.clients(), 100U);
    clock.advance(60s);
    window.admit("another");
    EXPECT_EQ(window.clients(), 1U);
}

TEST(SlidingWindow, remembers_a_bounded_number_of_clients_and_drops_the_one_admitted_longest_ago) {
    ManualClock clock;
    SlidingWindow window(1, 60s, clock, 3);
    for (const char* client : {"a", "b", "c", "d"}) window.admit(client);
    EXPECT_EQ(window.clients(), 3U);
    EXPECT_FALSE(window.admit("d").allowed);
    EXPECT_FALSE(window.admit("b").allowed);
    EXPECT_TRUE(window.admit("a").allowed);
}

TEST(InProcessRateLimiter, answers_like_its_window) {
    ManualClock clock;
    InProcessRateLimiter limiter(1, 60s, clock);
    EXPECT_TRUE(testing::run(limiter.admit("a")).allowed);
    EXPECT_FALSE(testing::run(limiter.admit("a")).allowed);
}

}  // namespace
}  // namespace urltrim::limits
