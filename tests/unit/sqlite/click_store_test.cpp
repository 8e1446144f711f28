#include "sqlite/click_store.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "base/failpoint.hpp"
#include "sqlite/audit.hpp"
#include "support/child_test.hpp"
#include "unit/sqlite/database_fixture.hpp"

namespace urltrim::sqlite {
namespace {

using links::LinkId;
using testing::batch_of;
using testing::ChildTest;
using namespace std::chrono_literals;

class ClickStoreTest : public MigratedTest {
protected:
    /// Links with ids 1 to `count`.
    void make_links(int count) const {
        elsewhere("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                  std::to_string(count) +
                  ") INSERT INTO links(long_url, short_code) "
                  "SELECT 'https://example.com/', 'c' || i FROM n");
    }

    /// One click of each of the links 1 to `count`.
    static clicks::Batch one_of_each(std::uint8_t segment, std::uint32_t count) {
        clicks::Batch batch{testing::segment_id(segment), 0, count, {}};
        for (std::uint32_t slot = 0; slot < count; ++slot) {
            batch.records.push_back({slot, LinkId{slot + 1}, testing::some_time});
        }
        return batch;
    }

    static void apply(ClickStore& store, const std::vector<clicks::Batch>& batches) { store.apply(batches); }
};

TEST_F(ClickStoreTest, books_clicks_by_the_hour) {
    make_links(1);
    Database database(path);
    ClickStore store(database);
    const auto next_hour = testing::some_time + 1h;
    apply(store, {batch_of(1, 0, {LinkId{1}, LinkId{1}}), batch_of(2, 0, {LinkId{1}}, next_hour)});
    EXPECT_EQ(number("SELECT clicks FROM click_hourly WHERE link_id = 1 AND hour = 1699999200"), 2);
    EXPECT_EQ(number("SELECT clicks FROM click_hourly WHERE link_id = 1 AND hour = 1700002800"), 1);
    EXPECT_EQ(number("SELECT clicks FROM links"), 3);
    EXPECT_TRUE(audit(path).balanced());
}

TEST_F(ClickStoreTest, books_the_clicks_of_missing_links_with_their_segment) {
    make_links(1);
    Database database(path);
    ClickStore store(database);
    const LinkId missing{99};
    apply(store, {batch_of(1, 0, {missing, LinkId{1}, missing}), batch_of(2, 0, {LinkId{1}, missing})});
    EXPECT_EQ(number("SELECT orphaned FROM journal_segments WHERE segment = "
                     "x'00000000000000000000000000000001'"),
              2);
    EXPECT_EQ(number("SELECT orphaned FROM journal_segments WHERE segment = "
                     "x'00000000000000000000000000000002'"),
              1);
    EXPECT_EQ(number("SELECT count(*) FROM click_hourly WHERE link_id = 99"), 0);
    const Audit books = audit(path);
    EXPECT_TRUE(books.balanced());
    EXPECT_EQ(books.applied, 2);
    EXPECT_EQ(books.orphaned, 3);
}

TEST_F(ClickStoreTest, splits_what_is_too_much_for_one_transaction) {
    make_links(10);
    Settings settings;
    settings.counters_per_commit = 4;
    Database database(path, settings);
    ClickStore store(database);
    apply(store, {one_of_each(1, 10), one_of_each(2, 10)});
    EXPECT_EQ(database.stats().click_commits, 5U);
    EXPECT_EQ(number("SELECT count(*) FROM links WHERE clicks = 2"), 10);
    EXPECT_EQ(number("SELECT sum(applied) FROM journal_segments"), 20);
    EXPECT_TRUE(audit(path).balanced());
}

TEST_F(ClickStoreTest, does_not_commit_when_there_is_nothing_new) {
    make_links(1);
    Database database(path);
    ClickStore store(database);
    apply(store, {one_of_each(1, 1)});
    apply(store, {one_of_each(1, 1)});
    EXPECT_EQ(database.stats().click_commits, 1U);
    EXPECT_EQ(database.stats().clicks_applied, 1U);
}

TEST_F(ClickStoreTest, gives_way_to_links_that_wait_and_counts_exactly_all_the_same) {
    constexpr std::uint32_t count = 4096;
    make_links(count);
    Settings settings;
    settings.counters_between_creates = 64;
    Database database(path, settings);
    ClickStore store(database);
    std::atomic<bool> stop{false};
    std::thread creator([&] {
        while (!stop) const WriteTurn::Hold turn(database.turn());
    });
    std::uint8_t applied = 0;
    while (database.stats().click_commits == applied) apply(store, {one_of_each(++applied, count)});
    stop = true;
    creator.join();
    EXPECT_EQ(number("SELECT count(*) FROM links WHERE clicks = " + std::to_string(applied)), count);
    EXPECT_TRUE(audit(path).balanced());
}

TEST_F(ClickStoreTest, is_unavailable_while_another_program_keeps_the_write_lock_and_goes_on_after) {
    make_links(1);
    Database database(path, patient_with_nobody());
    ClickStore store(database);
    {
        auto other = other_program();
        other.run("BEGIN IMMEDIATE");
        EXPECT_THROW(apply(store, {one_of_each(1, 1)}), Unavailable);
    }
    apply(store, {one_of_each(1, 1)});
    EXPECT_EQ(number("SELECT clicks FROM links"), 1);
    EXPECT_EQ(database.stats().apply_errors, 1U);
}

TEST_F(ClickStoreTest, starts_its_books_at_the_counts_that_were_taken_over) {
    std::filesystem::remove(path);
    elsewhere(
        "CREATE TABLE links (id INTEGER PRIMARY KEY, long_url TEXT, short_code TEXT, alias TEXT, "
        "clicks INTEGER, created_at TEXT);"
        "INSERT INTO links VALUES (1, 'https://a.example/', 'a', NULL, 500, '2023-01-02 03:04:05')");
    migrate(path);
    Database database(path);
    ClickStore store(database);
    apply(store, {one_of_each(1, 1)});
    EXPECT_EQ(number("SELECT clicks FROM links"), 501);
    EXPECT_TRUE(audit(path).balanced());
}

TEST_F(ClickStoreTest, finds_the_clicks_of_deleted_links_in_the_hours) {
    make_links(2);
    Database database(path);
    ClickStore store(database);
    apply(store, {one_of_each(1, 2)});
    elsewhere("DELETE FROM links WHERE id = 1");
    const Audit books = audit(path);
    EXPECT_TRUE(books.balanced());
    EXPECT_EQ(books.gained, 1);
    EXPECT_EQ(books.deleted, 1);
}

TEST_F(ClickStoreTest, has_books_that_show_every_click_too_many_or_too_few) {
    make_links(2);
    Database database(path);
    ClickStore store(database);
    apply(store, {one_of_each(1, 2)});
    for (const char* wrong : {"UPDATE links SET clicks = clicks + 1 WHERE id = 1",
                              "UPDATE click_hourly SET clicks = clicks - 1 WHERE link_id = 2",
                              "UPDATE journal_segments SET clicks = clicks + 1"}) {
        auto other = other_program();
        other.run(wrong);
        EXPECT_FALSE(audit(path).balanced()) << wrong;
        other.run(
            "UPDATE links SET clicks = 1; UPDATE click_hourly SET clicks = 1; "
            "UPDATE journal_segments SET clicks = 2");
        EXPECT_TRUE(audit(path).balanced()) << wrong;
    }
}

TEST_F(ClickStoreTest, sees_a_click_that_was_booked_for_the_wrong_link) {
    make_links(2);
    Database database(path);
    ClickStore store(database);
    apply(store, {one_of_each(1, 2)});
    elsewhere("UPDATE links SET clicks = clicks + CASE id WHEN 1 THEN 1 ELSE -1 END");
    const Audit books = audit(path);
    EXPECT_EQ(books.applied, books.gained);
    EXPECT_EQ(books.unbalanced_links, 2);
    EXPECT_FALSE(books.balanced());
}

/// What children do, with failpoints armed.
class ClickStoreChild : public ClickStoreTest {};

TEST_F(ClickStoreChild, DISABLED_applies_again_what_failed) {
    Settings settings;
    settings.counters_per_commit = 4;
    Database database(ChildTest::directory() / "urltrim.db", settings);
    ClickStore store(database);
    EXPECT_THROW(apply(store, {one_of_each(1, 10)}), Unavailable);
    apply(store, {one_of_each(1, 10)});
}

class ClickCrashTest : public ClickStoreTest {
protected:
    void SetUp() override {
        if (!failpoints_compiled_in) GTEST_SKIP() << "built without failpoints";
        make_links(10);
    }
    ChildTest child(const std::string& failpoint) const {
        return ChildTest("ClickStoreChild.DISABLED_applies_again_what_failed", failpoint, directory.path());
    }
    static constexpr std::array places{"sqlite.clicks.marked", "sqlite.clicks.before_commit",
                                       "sqlite.clicks.after_commit"};
};

TEST_F(ClickCrashTest, counts_exactly_when_a_call_fails_at_any_point_and_is_made_again) {
    for (const std::string place : places) {
        for (const std::string when : {"1", "2", "3"}) {
            elsewhere("DELETE FROM journal_segments; DELETE FROM click_hourly; UPDATE links SET clicks = 0");
            EXPECT_TRUE(child(place + "=error@" + when).passed()) << place << when;
            EXPECT_EQ(number("SELECT count(*) FROM links WHERE clicks = 1"), 10) << place << when;
            EXPECT_TRUE(audit(path).balanced()) << place << when;
        }
    }
}

TEST_F(ClickCrashTest, keeps_mark_and_counters_together_when_it_dies_at_any_point) {
    for (const std::string place : places) {
        for (const std::string when : {"1", "2", "3"}) {
            elsewhere("DELETE FROM journal_segments; DELETE FROM click_hourly; UPDATE links SET clicks = 0");
            EXPECT_TRUE(child(place + "=kill@" + when).was_killed()) << place << when;
            const Audit books = audit(path);
            EXPECT_TRUE(books.balanced()) << place << when;
            EXPECT_EQ(books.applied, number("SELECT coalesce(sum(applied), 0) FROM journal_segments"));

            Database database(path);
            ClickStore store(database);
            apply(store, {one_of_each(1, 10)});
            EXPECT_EQ(number("SELECT count(*) FROM links WHERE clicks = 1"), 10) << place << when;
        }
    }
}

}  // namespace
}  // namespace urltrim::sqlite
