#include "sqlite/tally.hpp"

#include <gtest/gtest.h>

#include "support/click_batches.hpp"

namespace urltrim::sqlite {
namespace {

using links::LinkId;
using testing::batch_of;
using namespace std::chrono_literals;

TEST(Tally, sums_up_the_clicks_of_a_link_in_an_hour) {
    const clicks::Batch batch = batch_of(1, 0, {LinkId{7}, LinkId{8}, LinkId{7}});
    Tally tally(10);
    EXPECT_TRUE(tally.add(batch, 0));
    const auto rows = tally.sorted();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].link, LinkId{7});
    EXPECT_EQ(rows[0].clicks, 2);
    EXPECT_EQ(rows[1].link, LinkId{8});
    EXPECT_EQ(rows[1].clicks, 1);
}

TEST(Tally, puts_a_click_into_the_hour_of_its_own_time) {
    const Clock::UtcTime ten_past_midnight{std::chrono::sys_days{2024y / 2 / 29} + 10min};
    const clicks::Batch before = batch_of(1, 0, {LinkId{1}}, ten_past_midnight - 11min);
    const clicks::Batch after = batch_of(2, 0, {LinkId{1}}, ten_past_midnight);
    Tally tally(10);
    tally.add(after, 0);
    tally.add(before, 0);
    const auto rows = tally.sorted();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].hour, 1709161200);  // 2024-02-28 23:00
    EXPECT_EQ(rows[1].hour, 1709164800);  // 2024-02-29 00:00
}

TEST(Tally, leaves_out_what_lies_below_the_mark) {
    const clicks::Batch batch = batch_of(1, 0, {LinkId{1}, LinkId{2}, LinkId{3}});
    Tally tally(10);
    EXPECT_TRUE(tally.add(batch, 2));
    ASSERT_EQ(tally.sorted().size(), 1U);
    EXPECT_EQ(tally.sorted()[0].link, LinkId{3});
    EXPECT_EQ(tally.advances().front().records.size(), 1U);
}

TEST(Tally, stops_at_the_first_record_that_finds_no_room) {
    const clicks::Batch batch = batch_of(1, 0, {LinkId{1}, LinkId{2}, LinkId{1}, LinkId{3}, LinkId{1}});
    Tally tally(2);
    EXPECT_FALSE(tally.add(batch, 0));
    EXPECT_EQ(tally.advances().front().mark, 3U);
    EXPECT_EQ(tally.advances().front().records.size(), 3U);
    Tally next(2);
    EXPECT_TRUE(next.add(batch, 3));
    EXPECT_EQ(next.advances().front().mark, 5U);
}

TEST(Tally, moves_the_mark_over_a_range_without_clicks) {
    const clicks::Batch strings_only{testing::segment_id(1), 0, 20, {}};
    Tally tally(1);
    EXPECT_TRUE(tally.add(strings_only, 0));
    EXPECT_EQ(tally.advances().front().mark, 20U);
    EXPECT_TRUE(tally.sorted().empty());
}

}  // namespace
}  // namespace urltrim::sqlite
