#include "sqlite/migrations.hpp"

#include <future>
#include <vector>

#include "unit/sqlite/database_fixture.hpp"

namespace urltrim::sqlite {
namespace {

const std::vector<std::string> all_migrations{"0001_links", "0002_clicks"};

class MigrationsTest : public DatabaseTest {
protected:
    /// The table as SQLAlchemy would have made it.
    static constexpr const char* foreign_table =
        "CREATE TABLE links (id INTEGER NOT NULL, long_url VARCHAR NOT NULL, short_code VARCHAR, "
        "alias VARCHAR, clicks INTEGER, created_at DATETIME, PRIMARY KEY (id));"
        "CREATE UNIQUE INDEX ix_links_short_code ON links (short_code);";

    std::string refusal() const {
        try {
            migrate(path);
        } catch (const MigrationRefused& refused) {
            return refused.what();
        }
        return "(accepted)";
    }
};

TEST_F(MigrationsTest, makes_a_new_database) {
    EXPECT_EQ(migrate(path), all_migrations);
    EXPECT_EQ(number("SELECT count(*) FROM schema_migrations"), 2);
    EXPECT_EQ(number("SELECT count(*) FROM links"), 0);
    EXPECT_EQ(other_program().text("PRAGMA journal_mode"), "wal");
}

TEST_F(MigrationsTest, does_nothing_the_second_time) {
    migrate(path);
    EXPECT_TRUE(migrate(path).empty());
}

TEST_F(MigrationsTest, applies_each_migration_once_when_several_start_at_the_same_time) {
    std::vector<std::future<std::vector<std::string>>> starts;
    for (int i = 0; i < 4; ++i) {
        starts.push_back(std::async(std::launch::async, [this] { return migrate(path); }));
    }
    std::vector<std::string> applied;
    for (auto& start : starts) {
        const std::vector<std::string> mine = start.get();
        applied.insert(applied.end(), mine.begin(), mine.end());
    }
    std::sort(applied.begin(), applied.end());
    EXPECT_EQ(applied, all_migrations);
}

TEST_F(MigrationsTest, takes_over_a_table_of_another_program_with_its_rows_and_counts) {
    elsewhere(foreign_table);
    elsewhere(
        "INSERT INTO links VALUES (7, 'https://a.example/', 'AbC', NULL, 12, '2023-01-02 03:04:05'), "
        "(9, 'https://b.example/', NULL, 'named', NULL, NULL), "
        "(10, 'https://c.example/', 'plain', '', 0, '2023-01-02 03:04:05')");
    EXPECT_EQ(migrate(path), all_migrations);

    EXPECT_EQ(number("SELECT clicks FROM links WHERE id = 7"), 12);
    EXPECT_EQ(other_program().text("SELECT created_at FROM links WHERE id = 7"), "2023-01-02 03:04:05");
    EXPECT_EQ(other_program().text("SELECT short_code FROM links WHERE id = 9"), "named");
    EXPECT_EQ(number("SELECT clicks FROM links WHERE id = 9"), 0);
    EXPECT_EQ(number("SELECT alias IS NULL FROM links WHERE id = 10"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name = 'links_original'"), 0);

    Database database(path);
    LinkRepository links(database);
    EXPECT_EQ(find(links, "abc")->id, links::LinkId{7});
}

TEST_F(MigrationsTest, never_gives_an_id_again_that_the_other_program_gave_before) {
    elsewhere(
        "CREATE TABLE links (id INTEGER PRIMARY KEY AUTOINCREMENT, long_url TEXT, short_code TEXT, "
        "alias TEXT, clicks INTEGER, created_at TEXT);"
        "INSERT INTO links(id, long_url, short_code) VALUES (41, 'https://a.example/', 'gone');"
        "DELETE FROM links");
    migrate(path);
    elsewhere("INSERT INTO links(long_url, short_code) VALUES ('https://b.example/', 'new')");
    EXPECT_EQ(number("SELECT id FROM links"), 42);
}

TEST_F(MigrationsTest, keeps_what_refers_to_the_table_of_the_other_program) {
    elsewhere(foreign_table);
    elsewhere(
        "CREATE TABLE notes (link INTEGER REFERENCES links(id), text TEXT);"
        "CREATE VIEW codes AS SELECT short_code FROM links;"
        "INSERT INTO links(id, long_url, short_code) VALUES (1, 'https://a.example/', 'a');"
        "INSERT INTO notes VALUES (1, 'mine')");
    migrate(path);
    EXPECT_EQ(number("SELECT count(*) FROM notes JOIN links ON links.id = notes.link"), 1);
    EXPECT_EQ(other_program().text("SELECT short_code FROM codes"), "a");
    EXPECT_EQ(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

TEST_F(MigrationsTest, refuses_codes_that_differ_only_in_case_and_changes_nothing) {
    elsewhere(foreign_table);
    elsewhere(
        "INSERT INTO links(long_url, short_code) VALUES ('https://a.example/', 'secret'), "
        "('https://b.example/', 'SECRET')");
    const std::string reason = refusal();
    EXPECT_NE(reason.find("0001_links does not fit"), std::string::npos) << reason;
    EXPECT_NE(reason.find("UNIQUE constraint failed: links.short_code"), std::string::npos) << reason;
    EXPECT_EQ(reason.find("secret"), std::string::npos) << reason;
    EXPECT_EQ(number("SELECT count(*) FROM links"), 2);
    EXPECT_EQ(number("SELECT count(*) FROM schema_migrations"), 0);
}

TEST_F(MigrationsTest, refuses_a_table_of_that_name_that_is_something_else) {
    elsewhere("CREATE TABLE links (href TEXT)");
    const std::string reason = refusal();
    EXPECT_NE(reason.find("no such column"), std::string::npos) << reason;
}

TEST_F(MigrationsTest, refuses_a_database_newer_than_this_binary) {
    migrate(path);
    elsewhere("INSERT INTO schema_migrations VALUES (999, '0999_future', '00000000', '')");
    const std::string reason = refusal();
    EXPECT_NE(reason.find("use a newer urltrim"), std::string::npos) << reason;
}

TEST_F(MigrationsTest, refuses_a_migration_that_was_applied_in_another_form) {
    migrate(path);
    elsewhere("UPDATE schema_migrations SET checksum = '00000000' WHERE version = 1");
    const std::string reason = refusal();
    EXPECT_NE(reason.find("0001_links was applied in another form"), std::string::npos) << reason;
}

TEST_F(MigrationsTest, says_that_a_file_cannot_be_opened) {
    EXPECT_THROW(migrate(directory.path() / "missing" / "urltrim.db"), Unavailable);
}

}  // namespace
}  // namespace urltrim::sqlite
