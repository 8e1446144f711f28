#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "sqlite/click_store.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/database.hpp"
#include "sqlite/link_repository.hpp"
#include "sqlite/migrations.hpp"
#include "support/click_batches.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

namespace urltrim::sqlite {

/// A database file of the test's own, and a second program that writes to it as it likes.
class DatabaseTest : public ::testing::Test {
protected:
    using Insert = links::LinkRepository::Insert;

    static Settings patient_with_nobody() {
        Settings settings;
        settings.busy_timeout = std::chrono::milliseconds(1);
        return settings;
    }

    static links::ShortCode code(std::string_view text) { return links::ShortCode::parse(text).value(); }

    static links::NewLink new_link(std::string_view name) {
        return links::NewLink{code(name), *links::TargetUrl::from_store("https://example.com/"), false};
    }

    static Insert insert(LinkRepository& links, std::string_view name) {
        return testing::run(links.insert(new_link(name)));
    }

    static std::optional<links::Link> find(LinkRepository& links, std::string_view name) {
        return testing::run(links.find(code(name)));
    }

    /// What another program does to the file.
    void elsewhere(const std::string& sql) const { other_program().run(sql); }

    std::int64_t number(std::string_view sql) const { return other_program().number(sql); }

    /// A connection of another program, with SQLite's own defaults.
    class OtherProgram {
    public:
        explicit OtherProgram(const std::filesystem::path& path)
            : connection_(path, "another program",
                          Connection::Settings{Connection::Access::create, std::chrono::seconds(5), 512}) {}
        void run(const std::string& sql) { connection_.run(sql); }
        std::int64_t number(std::string_view sql) { return connection_.number(sql); }
        std::string text(std::string_view sql) {
            Statement statement = connection_.prepare(sql);
            return statement.step() ? std::string(statement.text(0)) : "(no row)";
        }

    private:
        Connection connection_;
    };

    OtherProgram other_program() const { return OtherProgram(path); }

    testing::TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "urltrim.db";
};

/// The same, migrated.
class MigratedTest : public DatabaseTest {
protected:
    MigratedTest() { migrate(path); }
};

}  // namespace urltrim::sqlite
