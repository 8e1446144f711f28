#include "sqlite/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <thread>

#include "base/crc32c.hpp"
#include "sqlite/connection.hpp"
#include "urltrim_sql_sqlite.hpp"

namespace urltrim::sqlite {
namespace {

constexpr std::chrono::seconds wait_for_others{10};

struct Migration {
    std::int64_t version;
    std::string_view name;  // of the file, without .sql
    std::string_view sql;
    std::string checksum;
};

/// sql/sqlite/NNNN_what.sql; the build lists them in the order of their numbers.
std::vector<Migration> embedded_migrations() {
    std::vector<Migration> migrations;
    for (const sql_sqlite::File& file : sql_sqlite::files()) {
        std::int64_t version = 0;
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), version);
        const std::string_view name = file.name.substr(0, file.name.find('.'));
        const std::uint32_t checksum = crc32c(std::as_bytes(std::span(file.content)));
        migrations.push_back(Migration{version, name, file.content, fmt::format("{:08x}", checksum)});
    }
    return migrations;
}

/// Several processes that switch a new file to WAL at once may be told "locked" without the busy timeout.
void switch_to_write_ahead_log(Connection& connection) {
    const auto deadline = std::chrono::steady_clock::now() + wait_for_others;
    for (;;) {
        try {
            connection.run("PRAGMA journal_mode = WAL");
            return;
        } catch (const Error& error) {
            if (error.code() != SQLITE_BUSY || std::chrono::steady_clock::now() > deadline) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void refuse_newer(Connection& connection, std::int64_t known) {
    const std::int64_t found = connection.number("SELECT coalesce(max(version), 0) FROM schema_migrations");
    if (found <= known) return;
    throw MigrationRefused(
        fmt::format("the database is at schema version {}, this urltrim knows {} at most: "
                    "use a newer urltrim",
                    found, known));
}

bool is_applied(Connection& connection, const Migration& migration) {
    Statement statement = connection.prepare("SELECT checksum FROM schema_migrations WHERE version = ?1");
    if (!statement.bind(1, migration.version).step()) return false;
    if (statement.text(0) == migration.checksum) return true;
    throw MigrationRefused(
        fmt::format("migration {} was applied in another form than this urltrim has: "
                    "use the urltrim that made the database, or a newer one",
                    migration.name));
}

void apply(Connection& connection, const Migration& migration) try {
    connection.run(std::string(migration.sql));
    connection
        .prepare(
            "INSERT INTO schema_migrations(version, name, checksum, applied_at) "
            "VALUES (?1, ?2, ?3, CURRENT_TIMESTAMP)")
        .bind(1, migration.version)
        .bind(2, migration.name)
        .bind(3, std::string_view(migration.checksum))
        .run();
} catch (const Error& error) {
    // SQLITE_ERROR: a column is missing, or a table is in the way. SQLITE_CONSTRAINT: a row does not fit.
    if (error.code() != SQLITE_ERROR && error.code() != SQLITE_CONSTRAINT) throw;
    throw MigrationRefused(
        fmt::format("migration {} does not fit what is in the database: {}", migration.name, error.what()));
}

/// Whether it had to be applied.
bool ensure(Connection& connection, const Migration& migration) {
    Transaction transaction(connection, Transaction::Kind::write);
    if (is_applied(connection, migration)) return false;
    apply(connection, migration);
    transaction.commit();
    return true;
}

}  // namespace

std::vector<std::string> migrate(const std::filesystem::path& path) {
    const std::vector<Migration> migrations = embedded_migrations();
    Connection connection(path, "migration",
                          Connection::Settings{Connection::Access::create, wait_for_others, 2048});
    switch_to_write_ahead_log(connection);
    // A table is replaced by another of the same name: what refers to it by name shall go on doing so.
    connection.run(
        "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;"
        "CREATE TABLE IF NOT EXISTS schema_migrations ("
        "version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)");
    refuse_newer(connection, migrations.back().version);

    std::vector<std::string> applied;
    for (const Migration& migration : migrations) {
        if (ensure(connection, migration)) applied.emplace_back(migration.name);
    }
    return applied;
}

}  // namespace urltrim::sqlite
