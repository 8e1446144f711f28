#include <signal.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>

#include "base/failpoint.hpp"
#include "base/unavailable.hpp"
#include "journal/journal.hpp"
#include "unit/journal/journal_fixture.hpp"

/// What happens when the disk is full or fails, and when the process dies at a crash point.
namespace urltrim::journal {
namespace {

using Outcome = clicks::ClickSink::Outcome;

class FaultTest : public JournalTest {
protected:
    /// Records until the journal refuses, at most `clicks`; how many it took.
    int record_up_to(Writer& writer, int clicks) const {
        for (int taken = 0; taken < clicks; ++taken) {
            if (writer.record(click(1)) == Outcome::refused) return taken;
        }
        return clicks;
    }
};

TEST_F(FaultTest, keeps_clicks_in_memory_when_the_disk_is_full_and_goes_back_to_it_when_it_can) {
    const auto journal = open();
    Ledger ledger;
    auto disk_is_full = std::make_unique<FullDisk>();
    Writer& writer = journal->add_writer();
    journal->start();
    EXPECT_EQ(record_up_to(writer, 300), 300);
    EXPECT_TRUE(eventually([&] { return journal->stats().degraded; }));
    EXPECT_GT(journal->stats().volatile_segments, 4U);
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 300U);
    EXPECT_EQ(journal->stats().volatile_segments, 1U);
    EXPECT_TRUE(directory.segments().empty());
    EXPECT_TRUE(eventually([&] { return directory.segments(".new").empty(); }));  // between two attempts

    disk_is_full.reset();
    EXPECT_TRUE(eventually([&] { return journal->stats().reserve == 2; }));
    EXPECT_EQ(record_up_to(writer, 10), 10);
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 310U);
    EXPECT_EQ(journal->stats().volatile_segments, 0U);
    EXPECT_TRUE(eventually([&] { return !journal->stats().degraded; }));
}

TEST_F(FaultTest, uses_up_the_reserve_before_it_turns_to_memory) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    ASSERT_TRUE(eventually([&] { return journal->stats().reserve == 2; }));
    const FullDisk disk;
    const int per_segment = 64 - 16;
    EXPECT_EQ(record_up_to(writer, 3 * per_segment), 3 * per_segment);
    EXPECT_EQ(journal->stats().volatile_segments, 0U);
    EXPECT_EQ(record_up_to(writer, per_segment), per_segment);
    EXPECT_EQ(journal->stats().volatile_segments, 1U);
    Ledger ledger;
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 4U * per_segment);
}

TEST_F(FaultTest, refuses_when_the_disk_is_full_if_told_so_and_recovers_by_itself) {
    settings.on_full = OnFull::refuse;
    const auto journal = open();
    auto disk_is_full = std::make_unique<FullDisk>();
    Writer& writer = journal->add_writer();
    journal->start();
    EXPECT_EQ(writer.record(click(1)), Outcome::refused);
    EXPECT_EQ(journal->stats().refused, 1U);

    disk_is_full.reset();
    EXPECT_TRUE(eventually([&] { return writer.record(click(1)) == Outcome::recorded; }));
    Ledger ledger;
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 1U);
}

TEST_F(FaultTest, refuses_when_all_the_memory_it_may_use_is_taken_and_accepts_when_some_is_applied) {
    settings.volatile_bytes = 3 * settings.segment_bytes;
    const auto journal = open();
    const FullDisk disk;
    Writer& writer = journal->add_writer();
    const int taken = record_up_to(writer, 1000);
    EXPECT_LT(taken, 3 * 63);
    EXPECT_EQ(journal->stats().volatile_segments, 3U);
    Ledger ledger;
    drain(*journal, ledger);
    EXPECT_EQ(writer.record(click(1)), Outcome::recorded);
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), static_cast<unsigned>(taken) + 1);
}

TEST_F(FaultTest, writes_clicks_that_are_in_memory_to_the_disk_when_it_stops_and_there_is_room_again) {
    {
        const auto journal = open();
        auto disk_is_full = std::make_unique<FullDisk>();
        Writer& writer = journal->add_writer();
        record_up_to(writer, 20);
        disk_is_full.reset();
    }
    ASSERT_EQ(directory.segments().size(), 1U);
    Ledger ledger;
    const auto next = open();
    next->start();
    EXPECT_TRUE(eventually([&] { return next->stats().recovered_clicks == 20; }));
    drain(*next, ledger);
    EXPECT_EQ(ledger.total(), 20U);
}

TEST_F(FaultTest, saves_a_segment_in_memory_whole_although_a_part_of_it_is_applied) {
    settings.segment_bytes = 1 << 20;
    Ledger ledger;
    {
        const auto journal = open();
        auto disk_is_full = std::make_unique<FullDisk>();
        Writer& writer = journal->add_writer();
        record_up_to(writer, 9000);
        drain(*journal, ledger);
        record_up_to(writer, 20);
        disk_is_full.reset();
    }
    const auto next = open();
    next->start();
    EXPECT_TRUE(eventually([&] { return next->stats().recovered_clicks == 9020; }));
    drain(*next, ledger);
    EXPECT_EQ(next->stats().void_slots, 0U);
    EXPECT_EQ(ledger.total(), 9020U);
}

/// A child process that runs one test of this program with failpoints armed, on `directory`.
class Child {
public:
    Child(const std::string& scenario, const std::string& failpoints,
          const std::filesystem::path& directory) {
        const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
        const std::string command = "URLTRIM_TEST_DIRECTORY='" + directory.string() +
                                    "' URLTRIM_FAILPOINTS='" + failpoints + "' exec '" + self +
                                    "' --gtest_also_run_disabled_tests --gtest_filter='ChildTest.DISABLED_" +
                                    scenario + "' >/dev/null 2>&1";
        status_ = std::system(command.c_str());
    }
    bool passed() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }
    bool was_killed() const {
        return (WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL) ||
               (WIFEXITED(status_) && WEXITSTATUS(status_) == 128 + SIGKILL);
    }

private:
    int status_ = 0;
};

/// What children do.
class ChildTest : public JournalTest {
protected:
    ChildTest() {
        const char* given = std::getenv("URLTRIM_TEST_DIRECTORY");
        if (given != nullptr) settings.directory = given;
    }
};

TEST_F(ChildTest, DISABLED_records_20_clicks) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    for (int i = 0; i < 20; ++i) writer.record(click(1));
}

TEST_F(ChildTest, DISABLED_recovers) {
    const auto journal = open();
    journal->start();
    ASSERT_TRUE(eventually([&] { return journal->stats().recovered_segments == 1; }));
}

TEST_F(ChildTest, DISABLED_delivers_20_clicks) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    for (int i = 0; i < 20; ++i) writer.record(click(1));
    Ledger ledger;
    drain(*journal, ledger);
    journal->stop();
}

TEST_F(ChildTest, DISABLED_one_sync_fails) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    ASSERT_TRUE(eventually([&] { return journal->stats().reserve == 2; }));
    Ledger ledger;
    writer.record(click(1));
    drain(*journal, ledger);  // its sync fails: delivered all the same
    ASSERT_EQ(ledger.total(), 1U);
    ASSERT_EQ(journal->stats().sync_failures, 1U);
    writer.record(click(1));  // in another segment
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 2U);
    EXPECT_EQ(ledger.marks.size(), 2U);
    EXPECT_EQ(journal->stats().sync_failures, 1U);
    EXPECT_EQ(journal->stats().volatile_segments, 0U);
}

TEST_F(ChildTest, DISABLED_every_sync_fails) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    Ledger ledger;
    std::uint64_t recorded = 0;
    EXPECT_TRUE(eventually([&] {
        recorded += writer.record(click(1)) == Outcome::recorded ? 1 : 0;
        drain(*journal, ledger);
        return journal->stats().sync_failures >= 3;
    }));
    EXPECT_EQ(ledger.total(), recorded);
    EXPECT_EQ(journal->stats().refused, 0U);
}

TEST_F(ChildTest, DISABLED_no_segment_can_be_made_at_first) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    ASSERT_EQ(writer.record(click(1)), Outcome::recorded);
    EXPECT_EQ(journal->stats().volatile_segments, 1U);
    EXPECT_TRUE(std::filesystem::is_empty(settings.directory));
    journal->start();
    EXPECT_TRUE(eventually([&] { return journal->stats().reserve == 2; }));
    Ledger ledger;
    writer.record(click(1));
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 2U);
    EXPECT_EQ(journal->stats().volatile_segments, 0U);
}

TEST_F(ChildTest, DISABLED_group_waits_in_vain) {
    settings.sync.when = SyncPolicy::When::group;
    settings.group_patience = std::chrono::milliseconds(0);
    if (std::getenv("URLTRIM_TEST_REFUSE") != nullptr) settings.on_full = OnFull::refuse;
    asio::io_context io(1);  // outlives the journal, whose sync thread posts to it
    const auto journal = open();
    Writer& writer = journal->add_writer();
    journal->start();
    bool answered = false;
    bool refused = false;
    auto redirect = [&]() -> Task<> {
        EXPECT_EQ(writer.record(click(1)), Outcome::wait);
        try {
            co_await writer.settled();
            answered = true;
        } catch (const Unavailable&) {
            refused = true;
        }
    };
    asio::co_spawn(io.get_executor(), redirect(), asio::detached);
    io.run();
    EXPECT_EQ(refused, settings.on_full == OnFull::refuse);
    EXPECT_NE(answered, refused);
}

TEST_F(ChildTest, DISABLED_delivers_what_neither_disk_nor_file_has) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    for (int i = 0; i < 20; ++i) writer.record(click(1));
    Ledger ledger;
    drain(*journal, ledger);
    EXPECT_EQ(ledger.total(), 20U);
}

class CrashTest : public JournalTest {
protected:
    void SetUp() override {
        if (!failpoints_compiled_in) GTEST_SKIP() << "built without failpoints";
    }

    std::uint64_t clicks_found() {
        Ledger ledger;
        const auto journal = open();
        const std::size_t left = directory.segments().size();
        journal->start();
        EXPECT_TRUE(eventually([&] {
            drain(*journal, ledger);
            return journal->stats().reserve == 2 && directory.segments().size() <= 2;
        })) << left;
        drain(*journal, ledger);
        journal->stop();
        EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
        return ledger.total();
    }
};

TEST_F(CrashTest, finds_no_record_in_a_slot_whose_crc_was_not_stored) {
    EXPECT_TRUE(Child("records_20_clicks", "journal.slot_filled=kill@17", directory.path()).was_killed());
    EXPECT_EQ(clicks_found(), 16U);
}

TEST_F(CrashTest, finds_a_record_once_its_crc_is_stored) {
    EXPECT_TRUE(Child("records_20_clicks", "journal.slot_committed=kill@17", directory.path()).was_killed());
    EXPECT_EQ(clicks_found(), 17U);
}

TEST_F(CrashTest, survives_a_death_at_every_step_of_making_a_segment) {
    for (const std::string step : {"created", "allocated", "header_written", "synced", "ready"}) {
        const std::string failpoint = "journal.segment." + step + "=kill";
        EXPECT_TRUE(Child("records_20_clicks", failpoint, directory.path()).was_killed()) << step;
        EXPECT_EQ(clicks_found(), 0U) << step;
    }
}

TEST_F(CrashTest, survives_the_failure_of_every_step_of_making_a_segment) {
    for (const std::string step : {"created", "allocated", "header_written", "synced", "ready"}) {
        const std::string failpoint = "journal.segment." + step + "=error";
        EXPECT_TRUE(Child("no_segment_can_be_made_at_first", failpoint, directory.path()).passed()) << step;
    }
}

TEST_F(CrashTest, finds_everything_again_after_a_death_during_recovery) {
    leave_behind(5);
    EXPECT_TRUE(Child("recovers", "journal.recovery.scanned=kill", directory.path()).was_killed());
    EXPECT_EQ(clicks_found(), 5U);
}

TEST_F(CrashTest, finds_a_segment_again_that_it_had_no_time_to_delete) {
    EXPECT_TRUE(Child("delivers_20_clicks", "journal.segment.remove=kill", directory.path()).was_killed());
    EXPECT_EQ(clicks_found(), 20U);  // the store knows that it has them
}

TEST_F(CrashTest, delivers_from_memory_what_could_not_be_synced_and_writes_elsewhere_from_then_on) {
    EXPECT_TRUE(Child("one_sync_fails", "journal.sync=error", directory.path()).passed());
}

TEST_F(CrashTest, delivers_from_the_mapping_what_the_disk_does_not_give_back) {
    EXPECT_TRUE(Child("delivers_what_neither_disk_nor_file_has",
                      "journal.sync=error;journal.segment.read=error@1+", directory.path())
                    .passed());
}

TEST_F(CrashTest, answers_after_its_patience_when_no_disk_takes_the_click_unless_it_is_to_refuse) {
    EXPECT_TRUE(Child("group_waits_in_vain", "journal.sync=error@1+", directory.path()).passed());
    ::setenv("URLTRIM_TEST_REFUSE", "1", 1);
    EXPECT_TRUE(Child("group_waits_in_vain", "journal.sync=error@1+", directory.path()).passed());
    ::unsetenv("URLTRIM_TEST_REFUSE");
}

TEST_F(CrashTest, loses_nothing_when_no_sync_ever_succeeds) {
    EXPECT_TRUE(Child("every_sync_fails", "journal.sync=error@1+", directory.path()).passed());
}

}  // namespace
}  // namespace urltrim::journal
