#include <boost/asio/co_spawn.hpp>

#include "base/failpoint.hpp"
#include "base/unavailable.hpp"
#include "journal/journal.hpp"
#include "support/run_task.hpp"
#include "unit/journal/journal_fixture.hpp"

/// JOURNAL_SYNC=group: a response waits for a shared fdatasync.
namespace urltrim::journal {
namespace {

using Outcome = clicks::ClickSink::Outcome;

class GroupTest : public JournalTest {
protected:
    GroupTest() { settings.sync.when = SyncPolicy::When::group; }

    /// A writer that finds a full disk when it begins.
    static Writer& add_writer_in_memory(Journal& journal) {
        const FullDisk disk;
        return journal.add_writer();
    }

    Task<> one_redirect(Writer& writer, int& answered) {
        EXPECT_EQ(writer.record(click(1)), Outcome::wait);
        co_await writer.settled();
        ++answered;
    }

    /// As many redirects at once; how many were answered.
    int redirects_at_once(Writer& writer, int redirects) {
        int answered = 0;
        auto rethrow = [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        };
        for (int i = 0; i < redirects; ++i)
            asio::co_spawn(io.get_executor(), one_redirect(writer, answered), rethrow);
        io.run();
        return answered;
    }

    asio::io_context io{1};  // outlives the journal, whose sync thread posts to it
};

TEST_F(GroupTest, answers_once_the_click_is_on_disk) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    EXPECT_EQ(redirects_at_once(writer, 1), 1);
    EXPECT_EQ(journal->stats().syncs, 1U);
}

TEST_F(GroupTest, shares_one_sync_among_all_that_wait) {
    settings.segment_bytes = 64 * 1024;
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    EXPECT_EQ(redirects_at_once(writer, 64), 64);
    EXPECT_LE(journal->stats().syncs, 3U);
}

TEST_F(GroupTest, answers_waiters_in_more_than_one_segment) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    ASSERT_TRUE(eventually([&] { return journal->stats().reserve == 2; }));
    EXPECT_EQ(redirects_at_once(writer, 100), 100);
}

TEST_F(GroupTest, waits_for_nothing_when_all_is_on_disk) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    testing::run(writer.settled());
    EXPECT_EQ(journal->stats().syncs, 0U);
}

TEST_F(GroupTest, waits_for_nothing_under_the_other_policies) {
    settings.sync.when = SyncPolicy::When::interval;
    const auto journal = open();
    Writer& writer = journal->add_writer();
    EXPECT_EQ(writer.record(click(1)), Outcome::recorded);
    testing::run(writer.settled());
}

TEST_F(GroupTest, does_not_wait_for_a_full_disk_if_clicks_may_stay_in_memory) {
    settings.reserve = 0;  // it stays in memory
    const auto journal = open();
    Writer& writer = add_writer_in_memory(*journal);
    journal->start();
    EXPECT_EQ(redirects_at_once(writer, 5), 5);  // nobody applies, and the clock stands still
    EXPECT_EQ(journal->stats().syncs, 0U);
}

TEST_F(GroupTest, reaches_the_disk_by_itself_under_the_interval_policy) {
    settings.sync.when = SyncPolicy::When::interval;
    settings.sync.interval = std::chrono::milliseconds(1);
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    writer.record(click(1));
    EXPECT_TRUE(eventually([&] { return journal->stats().syncs == 1; }));
}

}  // namespace
}  // namespace urltrim::journal
