#include "telemetry/counters.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace urltrim::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(Counter, counts_every_addition_of_its_thread_while_another_one_reads) {
    Counter counter;
    std::thread writer([&counter] {
        for (int i = 0; i < 100'000; ++i) counter.add();
    });
    std::uint64_t last = 0;
    while (last < 100'000) {
        const std::uint64_t now = counter.value();
        ASSERT_GE(now, last);
        last = now;
    }
    writer.join();
    EXPECT_EQ(counter.value(), 100'000U);
}

TEST(Counter, takes_over_a_total_that_is_counted_elsewhere) {
    Counter counter;
    counter.add(3);
    counter.advance_to(10);
    EXPECT_EQ(counter.value(), 10U);
}

TEST(Gauge, goes_up_and_down) {
    Gauge gauge;
    gauge.add(5);
    gauge.add(-7);
    EXPECT_EQ(gauge.value(), -2);
}

TEST(Histogram, counts_a_duration_equal_to_a_bound_in_the_bucket_of_that_bound) {
    Histogram histogram;
    histogram.observe(50us);
    histogram.observe(50us + 1ns);
    EXPECT_EQ(histogram.count(0), 1U);
    EXPECT_EQ(histogram.count(1), 1U);
}

TEST(Histogram, has_a_last_bucket_for_what_is_longer_than_all_bounds) {
    Histogram histogram;
    histogram.observe(10s);
    histogram.observe(11s);
    EXPECT_EQ(histogram.count(Histogram::buckets - 2), 1U);
    EXPECT_EQ(histogram.count(Histogram::buckets - 1), 1U);
}

TEST(Histogram, adds_durations_up_and_takes_a_negative_one_for_none) {
    Histogram histogram;
    histogram.observe(3us);
    histogram.observe(4us);
    histogram.observe(-1s);
    EXPECT_EQ(histogram.sum(), 7us);
    EXPECT_EQ(histogram.count(0), 3U);
}

TEST(Histogram, has_bounds_that_rise) {
    for (std::size_t i = 1; i < Histogram::bounds.size(); ++i) {
        EXPECT_LT(Histogram::bounds[i - 1], Histogram::bounds[i]);
    }
}

}  // namespace
}  // namespace urltrim::telemetry
