#include "clicks/relay.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <thread>
#include <vector>

#include "base/unavailable.hpp"
#include "clicks/direct_transport.hpp"
#include "support/manual_clock.hpp"

namespace urltrim::clicks {
namespace {

using namespace std::chrono_literals;

Batch batch_of(const Clock& clock, std::uint32_t first, std::uint32_t end) {
    Batch batch{SegmentId{}, first, end, {}};
    for (std::uint32_t slot = first; slot < end; ++slot)
        batch.records.push_back({slot, links::LinkId{1}, clock.utc()});
    return batch;
}

/// Gives out one batch per cut, and again after a rewind.
class ListedBatches final : public BatchSource {
public:
    std::vector<Batch> cut(std::size_t) override {
        if (given >= batches.size()) return {};
        return {batches[given++]};
    }
    void applied(std::span<const Batch> done) override { marked += done.size(); }
    void rewind() override { given = marked; }

    std::vector<Batch> batches;
    std::size_t given = 0;
    std::size_t marked = 0;
};

class ListedTransport final : public BatchTransport {
public:
    explicit ListedTransport(testing::ManualClock& clock) : clock_(clock) {}

    void deliver(std::span<const Batch> batches) override {
        clock_.advance(takes);
        if (failures > 0) {
            --failures;
            throw Unavailable("store", "asleep");
        }
        delivered.insert(delivered.end(), batches.begin(), batches.end());
    }

    int failures = 0;
    std::chrono::milliseconds takes{0};
    std::vector<Batch> delivered;

private:
    testing::ManualClock& clock_;
};

class RelayTest : public ::testing::Test {
protected:
    testing::ManualClock clock;
    SystemRandom random;
    ListedBatches source;
    ListedTransport transport{clock};
    Relay relay{source, transport, clock, random, {}};
};

TEST_F(RelayTest, marks_what_was_delivered_and_rests_a_tick) {
    source.batches = {batch_of(clock, 1, 4)};
    EXPECT_EQ(relay.round(), 50ms);
    EXPECT_EQ(transport.delivered.size(), 1U);
    EXPECT_EQ(source.marked, 1U);
    EXPECT_EQ(relay.stats().applied_records, 3U);
}

TEST_F(RelayTest, has_nothing_to_deliver_when_nothing_waits) {
    EXPECT_EQ(relay.round(), 50ms);
    EXPECT_EQ(relay.stats().last_applied, Clock::UtcTime{});
}

TEST_F(RelayTest, rests_three_times_as_long_as_a_delivery_took) {
    source.batches = {batch_of(clock, 1, 4)};
    transport.takes = 200ms;
    EXPECT_EQ(relay.round(), 600ms);
}

TEST_F(RelayTest, rests_for_a_second_at_most_when_the_store_hung) {
    source.batches = {batch_of(clock, 1, 4)};
    transport.takes = 20s;
    EXPECT_EQ(relay.round(), 1s);
}

TEST_F(RelayTest, delivers_the_same_range_again_after_a_failure) {
    source.batches = {batch_of(clock, 1, 4), batch_of(clock, 4, 9)};
    transport.failures = 1;
    relay.round();
    EXPECT_EQ(source.marked, 0U);
    EXPECT_TRUE(relay.stats().failing);
    relay.round();
    relay.round();
    ASSERT_EQ(transport.delivered.size(), 2U);
    EXPECT_EQ(transport.delivered[0].first, 1U);
    EXPECT_EQ(transport.delivered[1].first, 4U);
    EXPECT_FALSE(relay.stats().failing);
    EXPECT_EQ(relay.stats().failures, 1U);
}

TEST_F(RelayTest, backs_off_from_100_ms_to_10_s_with_jitter) {
    source.batches = {batch_of(clock, 1, 2)};
    transport.failures = 20;
    std::chrono::milliseconds longest = 100ms;
    for (int i = 0; i < 12; ++i) {
        const auto rest = relay.round();
        EXPECT_GE(rest, longest / 2);
        EXPECT_LE(rest, longest);
        longest = std::min<std::chrono::milliseconds>(2 * longest, 10s);
    }
}

TEST_F(RelayTest, starts_its_back_off_afresh_after_a_success) {
    source.batches = {batch_of(clock, 1, 2), batch_of(clock, 2, 3)};
    transport.failures = 6;
    for (int i = 0; i < 7; ++i) relay.round();
    transport.failures = 1;
    EXPECT_LE(relay.round(), 100ms);
}

TEST_F(RelayTest, tells_how_far_the_store_trails) {
    source.batches = {batch_of(clock, 1, 2)};
    clock.advance(70ms);
    transport.takes = 10ms;
    relay.round();
    EXPECT_EQ(relay.stats().lag, 80ms);
    EXPECT_EQ(relay.stats().last_applied, clock.utc());
}

TEST_F(RelayTest, drains_everything_before_it_stops) {
    for (std::uint32_t slot = 1; slot < 30; ++slot) source.batches.push_back(batch_of(clock, slot, slot + 1));
    relay.start();
    relay.stop(1s);
    EXPECT_EQ(transport.delivered.size(), 29U);
}

TEST_F(RelayTest, gives_up_its_last_drain_when_the_store_is_away) {
    source.batches = {batch_of(clock, 1, 2)};
    transport.failures = 1'000'000;
    relay.start();
    relay.stop(1h);
    EXPECT_TRUE(relay.stats().failing);
    EXPECT_EQ(source.marked, 0U);
}

TEST_F(RelayTest, gives_up_its_last_drain_at_the_deadline) {
    for (std::uint32_t slot = 1; slot < 30; ++slot) source.batches.push_back(batch_of(clock, slot, slot + 1));
    transport.takes = 400ms;
    relay.start();
    relay.stop(1s);
    EXPECT_LE(transport.delivered.size(), 5U);
}

TEST_F(RelayTest, reports_the_cpu_time_of_its_thread_while_it_runs_and_afterwards) {
    relay.start();
    EXPECT_GE(relay.stats().cpu, 0ns);
    relay.stop(0s);
    EXPECT_GT(relay.stats().cpu, 0ns);
}

class CountingStore final : public ClickStore {
public:
    void apply(std::span<const Batch> batches) override { applied += batches.size(); }
    std::size_t applied = 0;
};

TEST(DirectTransport, applies_in_the_store) {
    const testing::ManualClock clock;
    CountingStore store;
    DirectTransport transport(store);
    const std::vector<Batch> batches{batch_of(clock, 1, 2)};
    transport.deliver(batches);
    EXPECT_EQ(store.applied, 1U);
}

}  // namespace
}  // namespace urltrim::clicks
