#include "sqlite/link_repository.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "base/failpoint.hpp"
#include "support/child_test.hpp"
#include "support/run_task.hpp"
#include "unit/sqlite/database_fixture.hpp"

namespace urltrim::sqlite {
namespace {

using testing::ChildTest;

class LinkRepositoryTest : public MigratedTest {
protected:
    /// Inserts links c0, c1, …, all at the same time; how many were stored.
    static int insert_together(LinkRepository& links, int count) {
        int stored = 0;
        asio::io_context& io = testing::loop();
        auto insert_one = [&](int number) -> Task<> {
            links::NewLink link = new_link("c" + std::to_string(number));
            if (co_await links.insert(std::move(link)) == Insert::stored) ++stored;
        };
        for (int i = 0; i < count; ++i) {
            asio::co_spawn(io.get_executor(), insert_one(i), [](std::exception_ptr) {});
        }
        io.run();
        return stored;
    }
};

TEST_F(LinkRepositoryTest, finds_a_link_that_another_program_inserted_plainly) {
    elsewhere("INSERT INTO links(long_url, short_code) VALUES ('https://a.example/', 'UpperCase')");
    Database database(path);
    LinkRepository links(database);
    const auto link = find(links, "uppercase");
    ASSERT_TRUE(link);
    EXPECT_EQ(link->target.href(), "https://a.example/");
    EXPECT_EQ(insert(links, "uppercase"), Insert::code_taken);
}

TEST_F(LinkRepositoryTest, notes_the_alias_and_the_time_beside_the_code) {
    Database database(path);
    LinkRepository links(database);
    links::NewLink chosen = new_link("chosen");
    chosen.is_alias = true;
    testing::run(links.insert(std::move(chosen)));
    insert(links, "random");
    EXPECT_EQ(number("SELECT count(*) FROM links WHERE alias = 'chosen' AND short_code = 'chosen'"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM links WHERE alias IS NULL AND short_code = 'random'"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM links WHERE abs(julianday('now') - julianday(created_at)) < 0.01"),
              2);
}

TEST_F(LinkRepositoryTest, never_gives_the_id_of_a_deleted_link_again) {
    Database database(path);
    LinkRepository links(database);
    insert(links, "first");
    const links::LinkId id = find(links, "first")->id;
    elsewhere("DELETE FROM links");
    insert(links, "second");
    EXPECT_GT(find(links, "second")->id, id);
}

TEST_F(LinkRepositoryTest, shares_commits_among_inserts_that_wait_together) {
    Database database(path);
    LinkRepository links(database);
    auto turn = std::make_unique<WriteTurn::Hold>(database.turn());
    std::thread release([&] {
        while (!database.turn().wanted()) std::this_thread::yield();
        turn.reset();
    });
    EXPECT_EQ(insert_together(links, 64), 64);
    release.join();
    EXPECT_EQ(database.stats().links_inserted, 64U);
    EXPECT_LE(database.stats().link_commits, 2U);
}

TEST_F(LinkRepositoryTest, is_unavailable_while_another_program_keeps_the_write_lock) {
    Database database(path, patient_with_nobody());
    LinkRepository links(database);
    {
        auto other = other_program();
        other.run("BEGIN IMMEDIATE");
        EXPECT_THROW(insert(links, "docs"), Unavailable);
        EXPECT_FALSE(find(links, "docs"));
    }
    EXPECT_EQ(insert(links, "docs"), Insert::stored);
    EXPECT_EQ(database.stats().insert_errors, 1U);
}

TEST_F(LinkRepositoryTest, tells_an_insert_in_time_that_nobody_answers_and_drops_it) {
    Settings settings;
    settings.answer_within = std::chrono::milliseconds(20);
    Database database(path, settings);
    {
        LinkRepository links(database);
        const WriteTurn::Hold stuck(database.turn());
        EXPECT_THROW(insert(links, "at-the-writer"), Unavailable);
        EXPECT_THROW(insert(links, "behind-it"), Unavailable);
    }
    EXPECT_EQ(number("SELECT count(*) FROM links"), 0);
}

TEST_F(LinkRepositoryTest, tells_a_look_up_in_time_that_nobody_answers) {
    Settings settings;
    settings.answer_within = std::chrono::milliseconds(20);
    settings.busy_timeout = std::chrono::milliseconds(100);
    auto other = other_program();
    other.run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM links");
    Database database(path, settings);
    LinkRepository links(database);
    EXPECT_THROW(testing::run(links.check()), Unavailable);
    EXPECT_EQ(database.stats().look_up_errors, 1U);
}

TEST_F(LinkRepositoryTest, says_nothing_about_urls_or_codes_when_it_fails) {
    Database database(directory.path() / "missing.db");
    LinkRepository links(database);
    try {
        insert(links, "secret");
        FAIL() << "stored in a file that is not there";
    } catch (const Unavailable& error) {
        EXPECT_EQ(std::string(error.what()), "sqlite: link insert: unable to open database file (14)");
    }
}

TEST_F(LinkRepositoryTest, comes_back_when_the_file_appears) {
    const std::filesystem::path later = directory.path() / "later.db";
    Database database(later);
    LinkRepository links(database);
    EXPECT_THROW(find(links, "docs"), Unavailable);
    EXPECT_THROW(insert(links, "docs"), Unavailable);
    migrate(later);
    EXPECT_EQ(insert(links, "docs"), Insert::stored);
    EXPECT_TRUE(find(links, "docs"));
}

TEST_F(LinkRepositoryTest, comes_back_when_a_damaged_file_is_replaced) {
    const std::filesystem::path good = directory.path() / "good.db";
    elsewhere("INSERT INTO links(long_url, short_code) VALUES ('https://a.example/', 'docs')");
    std::filesystem::copy(path, good);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << std::string(64 * 1024, 'x');
    Database database(path);
    LinkRepository links(database);
    EXPECT_THROW(find(links, "docs"), Unavailable);
    EXPECT_THROW(insert(links, "more"), Unavailable);
    std::filesystem::rename(good, path);
    EXPECT_TRUE(find(links, "docs"));
    EXPECT_EQ(insert(links, "more"), Insert::stored);
}

/// No file of this process may grow beyond `bytes`: writes fail as they do on a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit full{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &full);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
};

TEST_F(LinkRepositoryTest, stores_nothing_on_a_full_disk_goes_on_reading_and_recovers) {
    Database database(path);
    LinkRepository links(database);
    insert(links, "before");
    EXPECT_TRUE(find(links, "before"));
    {
        const FullDisk disk(4096);
        EXPECT_EQ(insert_together(links, 16), 0);
        EXPECT_TRUE(find(links, "before"));
    }
    EXPECT_EQ(number("SELECT count(*) FROM links"), 1);
    EXPECT_EQ(insert_together(links, 16), 16);
    EXPECT_EQ(database.stats().insert_errors, 16U);
}

TEST_F(LinkRepositoryTest, keeps_the_log_short_and_leaves_none_behind) {
    Settings settings;
    settings.checkpoint_pages = 64;
    const std::filesystem::path log = path.string() + "-wal";
    {
        Database database(path, settings);
        LinkRepository links(database);
        for (int round = 0; database.stats().checkpoints < 3; ++round)
            insert(links, "r" + std::to_string(round));
        EXPECT_LT(std::filesystem::file_size(log), 1024U * 1024U);
        EXPECT_EQ(database.stats().checkpoint_errors, 0U);
    }
    EXPECT_FALSE(std::filesystem::exists(log));
}

/// What children do, with failpoints armed.
class LinkRepositoryChild : public DatabaseTest {
protected:
    Database database{ChildTest::directory() / "urltrim.db"};
    LinkRepository links{database};
};

TEST_F(LinkRepositoryChild, DISABLED_first_insert_fails) {
    EXPECT_THROW(insert(links, "docs"), Unavailable);
    EXPECT_EQ(insert(links, "more"), Insert::stored);
}

class LinkCrashTest : public LinkRepositoryTest {
protected:
    void SetUp() override {
        if (!failpoints_compiled_in) GTEST_SKIP() << "built without failpoints";
    }
    ChildTest child(const std::string& failpoint) const {
        return ChildTest("LinkRepositoryChild.DISABLED_first_insert_fails", failpoint, directory.path());
    }
    std::int64_t stored(const std::string& name) const {
        return number("SELECT count(*) FROM links WHERE short_code = '" + name + "'");
    }
};

TEST_F(LinkCrashTest, stores_nothing_when_the_commit_fails) {
    EXPECT_TRUE(child("sqlite.links.before_commit=error").passed());
    EXPECT_EQ(stored("docs"), 0);
    EXPECT_EQ(stored("more"), 1);
}

TEST_F(LinkCrashTest, is_unavailable_when_it_cannot_tell_whether_the_commit_happened) {
    EXPECT_TRUE(child("sqlite.links.after_commit=error").passed());
    EXPECT_EQ(stored("docs"), 1);
    EXPECT_EQ(stored("more"), 1);
}

TEST_F(LinkCrashTest, has_nothing_of_a_link_when_it_dies_before_the_commit) {
    EXPECT_TRUE(child("sqlite.links.before_commit=kill").was_killed());
    EXPECT_EQ(stored("docs"), 0);
}

TEST_F(LinkCrashTest, has_the_link_when_it_dies_after_the_commit) {
    EXPECT_TRUE(child("sqlite.links.after_commit=kill").was_killed());
    EXPECT_EQ(stored("docs"), 1);
}

}  // namespace
}  // namespace urltrim::sqlite
