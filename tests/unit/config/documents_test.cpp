// docs/configuration.md and .env.example say what the table in the code says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "config/dotenv.hpp"
#include "config/load.hpp"
#include "config/variables.hpp"

namespace urltrim::config {
namespace {

std::string repository_file(const std::string& path) {
    std::ifstream file(std::string(URLTRIM_SOURCE_DIR) + "/" + path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string markdown_table() {
    std::string text = "| variable | default | expected | meaning |\n|---|---|---|---|\n";
    for (const Variable& variable : variables()) {
        const std::string standard =
            variable.standard.empty() ? "–" : "`" + std::string(variable.standard) + "`";
        text += "| `" + std::string(variable.name) + "` | " + standard + " | " +
                std::string(variable.expected) + " | " + std::string(variable.meaning) + " |\n";
    }
    return text;
}

/// Every variable with its default, commented out.
std::string env_example() {
    std::string text =
        "# Copy to .env and uncomment what you want to change. The environment wins over this file.\n"
        "# `urltrim config` shows what is in force; docs/configuration.md says more.\n";
    for (const Variable& variable : variables()) {
        text += "\n# " + std::string(variable.meaning) + "\n# Expected: " + std::string(variable.expected) +
                ".\n#" + std::string(variable.name) + "=" + std::string(variable.standard) + "\n";
    }
    return text;
}

TEST(Variables, have_names_of_their_own_and_sentences_for_people) {
    std::set<std::string_view> names;
    for (const Variable& variable : variables()) {
        EXPECT_TRUE(names.insert(variable.name).second) << variable.name;
        EXPECT_THAT(variable.meaning, testing::EndsWith(".")) << variable.name;
        EXPECT_FALSE(variable.expected.empty()) << variable.name;
    }
}

TEST(Variables, have_defaults_that_their_own_parser_accepts) {
    for (const Variable& variable : variables()) {
        Settings settings;
        if (!variable.standard.empty()) {
            EXPECT_TRUE(variable.parse(variable.standard, settings)) << variable.name;
        }
    }
}

TEST(Variables, have_a_flag_unless_they_are_secret) {
    EXPECT_EQ(find_variable("LOCAL_CACHE_TTL")->flag(), "--local-cache-ttl");
    EXPECT_EQ(find_variable("DATABASE_URL")->flag(), "");
    EXPECT_EQ(find_variable("NO_SUCH"), nullptr);
}

TEST(VariablesHelp, names_every_variable_and_its_default_in_at_most_100_columns) {
    const std::string help = variables_help();
    for (const Variable& variable : variables()) {
        EXPECT_THAT(help, testing::HasSubstr("  " + std::string(variable.name) + " "));
        if (variable.standard.empty()) continue;
        EXPECT_THAT(help, testing::HasSubstr("[" + std::string(variable.standard) + "]"));
    }
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(ConfigurationPage, holds_the_table_of_the_code) {
    const std::string table = markdown_table();
    const std::string page = repository_file("docs/configuration.md");
    EXPECT_TRUE(page.find("\n" + table + "\n") != std::string::npos)
        << "docs/configuration.md must contain:\n"
        << table;
}

TEST(EnvExample, is_what_the_code_says) {
    EXPECT_EQ(repository_file(".env.example"), env_example());
}

TEST(EnvExample, loads_without_a_word_when_all_of_it_is_uncommented) {
    std::istringstream lines(repository_file(".env.example"));
    std::string uncommented;
    for (std::string line; std::getline(lines, line);) {
        uncommented += line.starts_with("#") && !line.starts_with("# ") ? line.substr(1) : line;
        uncommented += '\n';
    }
    const Loaded outcome = load({.flags = {}, .environment = {}, .dotenv = uncommented});
    ASSERT_TRUE(std::holds_alternative<Configuration>(outcome));
    EXPECT_THAT(std::get<Configuration>(outcome).warnings, testing::IsEmpty());
}

}  // namespace
}  // namespace urltrim::config
