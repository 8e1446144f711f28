#include "journal/journal.hpp"

#include "unit/journal/journal_fixture.hpp"

namespace urltrim::journal {
namespace {

using Outcome = clicks::ClickSink::Outcome;

TEST_F(JournalTest, hands_over_each_click_once_as_it_was_recorded) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    EXPECT_EQ(writer.record(click(7)), Outcome::recorded);
    EXPECT_EQ(writer.record(click(8)), Outcome::recorded);

    const auto batches = journal->cut(100);
    ASSERT_EQ(batches.size(), 1U);
    EXPECT_EQ(batches[0].first, 0U);  // the header goes with the first range
    EXPECT_EQ(batches[0].end, 3U);
    ASSERT_EQ(batches[0].records.size(), 2U);
    EXPECT_EQ(batches[0].records[0].link, links::LinkId{7});
    EXPECT_EQ(batches[0].records[1].link, links::LinkId{8});
    EXPECT_EQ(batches[0].records[0].time, clock.utc());
    EXPECT_TRUE(journal->cut(100).empty());
}

TEST_F(JournalTest, brings_a_range_to_the_disk_before_it_hands_it_over) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    writer.record(click(7));
    EXPECT_EQ(journal->stats().syncs, 0U);
    journal->cut(100);
    EXPECT_EQ(journal->stats().syncs, 1U);
}

TEST_F(JournalTest, hands_over_ranges_without_gaps_whatever_their_size) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    Ledger ledger;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 4; ++i) {
            clicks::Click one = click(1);
            const std::string agent = "agent " + std::to_string(round);
            one.user_agent = agent;
            writer.record(one);
        }
        const auto batches = journal->cut(3);
        ledger.apply(batches);
        journal->applied(batches);
    }
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 40U);
    EXPECT_EQ(journal->stats().void_slots, 0U);
}

TEST_F(JournalTest, hands_over_again_what_was_cut_but_not_applied) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    writer.record(click(1));
    journal->applied(journal->cut(100));
    writer.record(click(2));
    const auto lost = journal->cut(100);
    writer.record(click(3));
    journal->rewind();

    const auto again = journal->cut(100);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].first, lost[0].first);
    EXPECT_EQ(again[0].end, lost[0].end);
    EXPECT_EQ(again[0].records[0].link, links::LinkId{2});
    const auto next = journal->cut(100);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].records[0].link, links::LinkId{3});
}

TEST_F(JournalTest, goes_on_in_the_next_segment_when_one_is_full_and_deletes_what_is_applied) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    Ledger ledger;
    for (int i = 0; i < 500; ++i) {
        ASSERT_TRUE(eventually([&] { return journal->stats().reserve > 0; }));
        ASSERT_EQ(writer.record(click(i % 3)), Outcome::recorded);
        if (i % 100 == 99) drain(*journal, ledger);
    }
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 500U);
    EXPECT_GT(ledger.marks.size(), 9U);
    EXPECT_EQ(journal->stats().segments, 1U);
    EXPECT_EQ(journal->stats().volatile_segments, 0U);
}

TEST_F(JournalTest, leaves_nothing_behind_when_all_is_applied_and_it_stops) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    writer.record(click(1));
    ASSERT_TRUE(eventually([&] { return journal->stats().reserve == 2; }));
    journal->applied(journal->cut(100));
    journal->stop();
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST_F(JournalTest, keeps_what_is_not_applied_when_it_stops) {
    const auto path = leave_behind(3);
    EXPECT_TRUE(std::filesystem::exists(path));
    EXPECT_EQ(directory.segments().size(), 1U);
}

TEST_F(JournalTest, reports_its_backlog_and_its_age) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    writer.record(click(1));
    writer.record(click(1));
    EXPECT_EQ(journal->stats().backlog_clicks, 2U);
    EXPECT_EQ(journal->stats().backlog_bytes, 2 * slot_size);

    const auto batches = journal->cut(100);
    clock.advance(std::chrono::seconds(3));
    EXPECT_EQ(journal->stats().oldest, std::chrono::seconds(3));
    journal->applied(batches);
    EXPECT_EQ(journal->stats().backlog_clicks, 0U);
    EXPECT_EQ(journal->stats().oldest, std::chrono::seconds(0));
}

TEST_F(JournalTest, writes_a_string_once_per_segment_and_no_more_than_a_bounded_number) {
    settings.segment_bytes = 64 * 1024;
    const auto journal = open();
    Writer& writer = journal->add_writer();
    clicks::Click one = click(1);
    one.user_agent = "Mozilla/5.0";
    one.language = "de";
    writer.record(one);
    writer.record(one);
    EXPECT_EQ(journal->stats().backlog_bytes, 4 * slot_size);

    for (int i = 0; i < 200; ++i) {
        const std::string agent = "agent " + std::to_string(i);
        one.user_agent = agent;
        writer.record(one);
    }
    const std::uint64_t strings = journal->stats().backlog_bytes / slot_size - 202;
    EXPECT_EQ(strings, 1024U / 20);
    EXPECT_EQ(journal->stats().backlog_clicks, 202U);
}

TEST_F(JournalTest, does_not_start_in_a_directory_it_cannot_write_to) {
    settings.directory = "/proc/self/journal";
    EXPECT_THROW(open(), std::system_error);
}

TEST_F(JournalTest, shares_its_directory_with_a_live_journal_without_touching_its_segments) {
    const auto first = open();
    first->add_writer().record(click(1));
    const auto second = open();
    second->start();
    ASSERT_TRUE(eventually([&] { return second->stats().reserve == 2; }));
    second->stop();
    EXPECT_EQ(second->stats().recovered_segments, 0U);
    Ledger ledger;
    drain(*first, ledger);
    EXPECT_EQ(ledger.total(), 1U);
}

TEST_F(JournalTest, gives_the_memory_behind_its_writer_back) {
    settings.segment_bytes = 8 << 20;
    const auto journal = open();
    Writer& writer = journal->add_writer();
    Ledger ledger;
    auto mapped_kib = [&] {
        std::ifstream maps("/proc/self/smaps");
        const std::string name = directory.segments().front().filename().string();
        bool here = false;
        for (std::string line; std::getline(maps, line);) {
            if (line.find(name) != std::string::npos) here = true;
            if (here && line.starts_with("Rss:")) return std::stoul(line.substr(4));
        }
        return 0UL;
    };
    for (int i = 0; i < 100'000; ++i) writer.record(click(1));
    EXPECT_GT(mapped_kib(), 6000U);
    journal->cut(1);  // not delivered: the file has it
    EXPECT_LT(mapped_kib(), 1500U);
    journal->rewind();
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 100'000U);
}

}  // namespace
}  // namespace urltrim::journal
