#include "config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace urltrim::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Inputs with_environment(Texts environment) {
    return {.flags = {}, .environment = std::move(environment), .dotenv = ""};
}

Inputs with_dotenv(std::string text) {
    return {.flags = {}, .environment = {}, .dotenv = std::move(text)};
}

/// The configuration of inputs that have no problem.
Configuration loaded(const Inputs& inputs) {
    Loaded outcome = load(inputs);
    if (const auto* problems = std::get_if<Problems>(&outcome)) {
        ADD_FAILURE() << testing::PrintToString(problems->lines);
        return {};
    }
    return std::get<Configuration>(std::move(outcome));
}

std::vector<std::string> problems_of(const Inputs& inputs) {
    const Loaded outcome = load(inputs);
    const auto* const problems = std::get_if<Problems>(&outcome);
    return problems == nullptr ? std::vector<std::string>{} : problems->lines;
}

std::string source_of(const Configuration& configuration, std::string_view name) {
    for (const Entry& entry : configuration.entries) {
        if (entry.variable->name == name) return entry.source.text();
    }
    return "no such variable";
}

class SecretFile {
public:
    explicit SecretFile(std::string_view contents) { std::ofstream(path_, std::ios::binary) << contents; }
    ~SecretFile() { std::filesystem::remove(path_); }
    SecretFile(const SecretFile&) = delete;
    SecretFile& operator=(const SecretFile&) = delete;

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("urltrim-secret-" + std::to_string(::getpid()));
};

TEST(Load, has_a_default_for_everything) {
    const Configuration configuration = loaded({});
    const Settings& s = configuration.settings;
    EXPECT_EQ(s.host.to_string(), "127.0.0.1");
    EXPECT_EQ(s.port, 8001);
    EXPECT_EQ(s.admin_host.to_string(), "127.0.0.1");
    EXPECT_EQ(s.admin_port, 9101);
    EXPECT_EQ(s.base_url, "");
    EXPECT_EQ(s.data_dir, "./data");
    EXPECT_EQ(s.sqlite_path, "./data/urltrim.db");
    EXPECT_EQ(s.short_code_length, 6U);
    EXPECT_EQ(s.alias_max_length, 64U);
    EXPECT_FALSE(s.deny_private_targets);
    EXPECT_EQ(s.cache_ttl, 1h);
    EXPECT_EQ(s.local_cache_ttl, 5s);
    EXPECT_EQ(s.local_cache_bytes, 67108864U);
    EXPECT_EQ(s.rate_limit_per_minute, 60U);
    EXPECT_TRUE(s.trusted_proxies.v4.empty());
    EXPECT_TRUE(s.trusted_proxies.v6.empty());
    EXPECT_GE(s.threads, 1U);
    EXPECT_EQ(s.shutdown_timeout, 10s);
    EXPECT_EQ(s.journal_sync, (JournalSync{JournalSync::When::interval, 20ms}));
    EXPECT_EQ(s.journal_on_full, JournalOnFull::use_volatile);
    EXPECT_EQ(s.journal_segment_bytes, 64U << 20);
    EXPECT_EQ(s.journal_reserve, 4U);
    EXPECT_EQ(s.app_name, "urltrim");
    EXPECT_FALSE(s.debug);
    EXPECT_EQ(s.log_level, LogLevel::info);
    EXPECT_EQ(s.log_format, LogFormat::text);
    EXPECT_THAT(configuration.warnings, IsEmpty());
}

TEST(Load, reads_every_variable_that_this_version_supports) {
    const Configuration configuration = loaded(with_environment({
        {"HOST", "::"},
        {"PORT", "80"},
        {"ADMIN_HOST", "localhost"},
        {"ADMIN_PORT", "0"},
        {"BASE_URL", "https://go.example.com/"},
        {"DATA_DIR", "/var/lib/urltrim"},
        {"DATABASE_URL", "sqlite:////srv/links.db"},
        {"SHORT_CODE_LENGTH", "8"},
        {"ALIAS_MAX_LENGTH", "32"},
        {"DENY_PRIVATE_TARGETS", "yes"},
        {"CACHE_TTL", "2h"},
        {"LOCAL_CACHE_TTL", "10"},
        {"LOCAL_CACHE_BYTES", "1GiB"},
        {"RATE_LIMIT_PER_MINUTE", "0"},
        {"TRUSTED_PROXIES", "10.0.0.0/8"},
        {"THREADS", "3"},
        {"JOURNAL_SYNC", "group"},
        {"JOURNAL_ON_FULL", "refuse"},
        {"JOURNAL_SEGMENT_BYTES", "1MiB"},
        {"JOURNAL_RESERVE", "1"},
        {"SHUTDOWN_TIMEOUT", "30"},
        {"APP_NAME", "my links"},
        {"DEBUG", "1"},
        {"LOG_LEVEL", "warning"},
        {"LOG_FORMAT", "json"},
    }));
    const Settings& s = configuration.settings;
    EXPECT_EQ(s.host.to_string(), "::");
    EXPECT_EQ(s.port, 80);
    EXPECT_EQ(s.admin_host.to_string(), "127.0.0.1");
    EXPECT_EQ(s.admin_port, 0);
    EXPECT_EQ(s.base_url, "https://go.example.com");
    EXPECT_EQ(s.data_dir, "/var/lib/urltrim");
    EXPECT_EQ(s.sqlite_path, "/srv/links.db");
    EXPECT_EQ(s.short_code_length, 8U);
    EXPECT_EQ(s.alias_max_length, 32U);
    EXPECT_TRUE(s.deny_private_targets);
    EXPECT_EQ(s.cache_ttl, 2h);
    EXPECT_EQ(s.local_cache_ttl, 10s);
    EXPECT_EQ(s.local_cache_bytes, 1U << 30);
    EXPECT_EQ(s.rate_limit_per_minute, 0U);
    EXPECT_EQ(s.trusted_proxies.v4.size(), 1U);
    EXPECT_EQ(s.threads, 3U);
    EXPECT_EQ(s.journal_sync.when, JournalSync::When::group);
    EXPECT_EQ(s.journal_on_full, JournalOnFull::refuse);
    EXPECT_EQ(s.journal_segment_bytes, 1U << 20);
    EXPECT_EQ(s.journal_reserve, 1U);
    EXPECT_EQ(s.shutdown_timeout, 30s);
    EXPECT_EQ(s.app_name, "my links");
    EXPECT_TRUE(s.debug);
    EXPECT_EQ(s.log_level, LogLevel::warning);
    EXPECT_EQ(s.log_format, LogFormat::json);
}

TEST(Load, lets_a_flag_win_over_the_environment_and_that_over_dotenv) {
    const Configuration configuration = loaded({.flags = {{"PORT", "1"}},
                                                .environment = {{"PORT", "2"}, {"THREADS", "2"}},
                                                .dotenv = "PORT=3\nTHREADS=3\nSHORT_CODE_LENGTH=7\n"});
    EXPECT_EQ(configuration.settings.port, 1);
    EXPECT_EQ(configuration.settings.threads, 2U);
    EXPECT_EQ(configuration.settings.short_code_length, 7U);
    EXPECT_EQ(source_of(configuration, "PORT"), "flag --port");
    EXPECT_EQ(source_of(configuration, "THREADS"), "environment");
    EXPECT_EQ(source_of(configuration, "SHORT_CODE_LENGTH"), ".env line 3");
    EXPECT_EQ(source_of(configuration, "HOST"), "default");
}

TEST(Load, takes_an_empty_value_for_the_default_even_over_a_weaker_source) {
    const Configuration configuration =
        loaded({.flags = {}, .environment = {{"PORT", ""}}, .dotenv = "PORT=3"});
    EXPECT_EQ(configuration.settings.port, 8001);
    EXPECT_EQ(source_of(configuration, "PORT"), "default");
}

TEST(Load, names_variable_value_source_and_expectation_of_every_problem_at_once) {
    EXPECT_THAT(problems_of({.flags = {{"THREADS", "0"}},
                             .environment = {{"PORT", "80800"}, {"JOURNAL_SYNC", "often"}},
                             .dotenv = "LOG_LEVEL=loud\nnonsense\n"}),
                testing::UnorderedElementsAre(
                    "PORT: \"80800\" from environment is not valid; expected a port number from 0 to 65535",
                    "JOURNAL_SYNC: \"often\" from environment is not valid; expected process, group or "
                    "interval:N with N "
                    "from 1ms to 1m",
                    "LOG_LEVEL: \"loud\" from .env line 1 is not valid; expected trace, debug, info, warning "
                    "or error",
                    "THREADS: \"0\" from flag --threads is not valid; expected a number from 1 to 1024",
                    ".env line 2: expected NAME=value"));
}

struct BadValue {
    const char* name;
    const char* text;
};

class LoadRefuses : public testing::TestWithParam<BadValue> {};

TEST_P(LoadRefuses, a_value_out_of_bounds_or_of_another_kind) {
    const auto& [name, text] = GetParam();
    EXPECT_THAT(problems_of(with_environment({{name, text}})),
                ElementsAre(testing::StartsWith(std::string(name) + ": ")))
        << name << "=" << text;
}

INSTANTIATE_TEST_SUITE_P(
    Each, LoadRefuses,
    testing::Values(BadValue{"HOST", "example.com"}, BadValue{"PORT", "65536"}, BadValue{"ADMIN_HOST", "*"},
                    BadValue{"ADMIN_PORT", "off"}, BadValue{"BASE_URL", "go.example.com"},
                    BadValue{"DATA_DIR", "~/data"}, BadValue{"DATABASE_URL", "mysql://h/d"},
                    BadValue{"SHORT_CODE_LENGTH", "3"}, BadValue{"SHORT_CODE_LENGTH", "33"},
                    BadValue{"ALIAS_MAX_LENGTH", "0"}, BadValue{"ALIAS_MAX_LENGTH", "65"},
                    BadValue{"DENY_PRIVATE_TARGETS", "maybe"}, BadValue{"CACHE_TTL", "0"},
                    BadValue{"LOCAL_CACHE_TTL", "0"}, BadValue{"LOCAL_CACHE_TTL", "1500ms"},
                    BadValue{"LOCAL_CACHE_BYTES", "1023KiB"}, BadValue{"RATE_LIMIT_PER_MINUTE", "-1"},
                    BadValue{"TRUSTED_PROXIES", "10.0.0.0/33"}, BadValue{"THREADS", "1025"},
                    BadValue{"JOURNAL_SYNC", "interval:0"}, BadValue{"JOURNAL_ON_FULL", "drop"},
                    BadValue{"JOURNAL_SEGMENT_BYTES", "65535"}, BadValue{"JOURNAL_SEGMENT_BYTES", "1025MiB"},
                    BadValue{"JOURNAL_RESERVE", "65"}, BadValue{"JOURNAL_RESERVE", "0"},
                    BadValue{"SHUTDOWN_TIMEOUT", "3601"}, BadValue{"APP_NAME", "a\nb"},
                    BadValue{"DEBUG", "2"}, BadValue{"LOG_LEVEL", "warn"}, BadValue{"LOG_FORMAT", "JSON"}));

TEST(Load, says_plainly_which_servers_this_version_cannot_use) {
    for (const char* const url :
         {"postgresql://u:hunter2@h/d", "postgres://u:hunter2@h/d", "postgresql+asyncpg://u:hunter2@h/d"}) {
        EXPECT_THAT(
            problems_of(with_environment({{"DATABASE_URL", url}})),
            ElementsAre(
                "DATABASE_URL: postgresql is not supported by this version yet; leave it unset or use "
                "sqlite:///path"));
    }
    EXPECT_THAT(problems_of(with_environment({{"REDIS_URL", "redis://h"}, {"RABBITMQ_URL", "amqp://h"}})),
                ElementsAre(HasSubstr("REDIS_URL: redis is not supported by this version yet"),
                            HasSubstr("RABBITMQ_URL: rabbitmq is not supported by this version yet")));
}

TEST(Load, never_shows_the_value_of_a_secret_or_a_password_in_any_url) {
    EXPECT_THAT(
        problems_of(
            with_environment({{"DATABASE_URL", "mysql://u:hunter2@h"}, {"BASE_URL", "https://u:hunter2@h"}})),
        ElementsAre(AllOf(HasSubstr("u:***@h"), Not(HasSubstr("hunter2"))), Not(HasSubstr("hunter2"))));
    EXPECT_THAT(problems_of(with_dotenv("DATABASE_URL='sqlite:///hunter2")),
                Not(testing::Contains(HasSubstr("hunter2"))));
}

TEST(Load, reads_a_secret_from_the_file_that_is_named_without_its_newline) {
    const SecretFile file("sqlite:////srv/secret.db\r\n");
    const Configuration configuration = loaded(with_environment({{"DATABASE_URL_FILE", file.path()}}));
    EXPECT_EQ(configuration.settings.sqlite_path, "/srv/secret.db");
    EXPECT_EQ(source_of(configuration, "DATABASE_URL"), "file " + file.path());
}

TEST(Load, refuses_a_secret_that_is_given_twice_in_one_place) {
    const SecretFile file("sqlite");
    EXPECT_THAT(
        problems_of(with_environment({{"DATABASE_URL", "sqlite"}, {"DATABASE_URL_FILE", file.path()}})),
        ElementsAre("DATABASE_URL: both DATABASE_URL and DATABASE_URL_FILE are set; expected only one"));
    const Configuration mixed = loaded({.flags = {},
                                        .environment = {{"DATABASE_URL_FILE", file.path()}},
                                        .dotenv = "DATABASE_URL=sqlite:///weaker.db"});
    EXPECT_EQ(mixed.settings.sqlite_path, "./data/urltrim.db");
}

TEST(Load, says_why_a_file_with_a_secret_cannot_be_used) {
    EXPECT_THAT(problems_of(with_environment({{"DATABASE_URL_FILE", "/no/such/file"}})),
                ElementsAre("DATABASE_URL_FILE: \"/no/such/file\" cannot be read; expected a file that holds "
                            "DATABASE_URL"));
    EXPECT_THAT(problems_of(with_environment({{"DATABASE_URL_FILE", "/tmp"}})),
                ElementsAre(HasSubstr("is a folder")));
    EXPECT_THAT(problems_of(with_environment({{"DATABASE_URL_FILE", "/dev/zero"}})),
                ElementsAre(HasSubstr("is larger than 64 KiB")));
    const SecretFile empty("\n");
    EXPECT_THAT(problems_of(with_environment({{"DATABASE_URL_FILE", empty.path()}})),
                ElementsAre(HasSubstr("is empty")));
}

TEST(Load, warns_of_a_name_in_dotenv_that_looks_like_a_typing_error) {
    EXPECT_THAT(
        loaded(with_dotenv("RATE_LIMIT_PER_MINTUE=5\nPROT=1\nPOSTGRES_PASSWORD=x\nCOMPOSE_FILE=y\nPORTS=3\n"))
            .warnings,
        ElementsAre(".env line 1: RATE_LIMIT_PER_MINTUE is not a variable of urltrim; did you mean "
                    "RATE_LIMIT_PER_MINUTE?",
                    ".env line 5: PORTS is not a variable of urltrim; did you mean PORT?"));
}

TEST(Load, does_not_warn_of_secrets_in_files_nor_of_anything_in_the_environment) {
    const SecretFile file("sqlite");
    EXPECT_THAT(loaded(with_dotenv("DATABASE_URL_FILE=" + file.path())).warnings, IsEmpty());
    EXPECT_THAT(loaded(with_environment({{"PORTS", "3"}, {"HOSTS", "x"}})).warnings, IsEmpty());
}

TEST(Load, takes_the_last_of_several_lines_for_one_name_and_says_so) {
    const Configuration configuration = loaded(with_dotenv("PORT=1\nPORT=2\n"));
    EXPECT_EQ(configuration.settings.port, 2);
    EXPECT_THAT(configuration.warnings, ElementsAre(".env line 2: PORT is set again; this line counts"));
}

TEST(Load, refuses_one_port_for_both_listeners) {
    EXPECT_THAT(problems_of(with_environment({{"PORT", "9101"}})),
                ElementsAre(HasSubstr("ADMIN_PORT: \"9101\"")));
    EXPECT_THAT(problems_of(with_environment({{"PORT", "9101"}, {"HOST", "0.0.0.0"}})), testing::SizeIs(1));
    EXPECT_THAT(problems_of(with_environment({{"PORT", "9101"}, {"HOST", "127.0.0.2"}})), IsEmpty());
    EXPECT_THAT(problems_of(with_environment({{"PORT", "0"}, {"ADMIN_PORT", "0"}})), IsEmpty());
}

TEST(Load, puts_the_database_into_the_data_directory_unless_told_otherwise) {
    EXPECT_EQ(loaded(with_environment({{"DATA_DIR", "/srv"}})).settings.sqlite_path, "/srv/urltrim.db");
    EXPECT_EQ(loaded(with_environment({{"DATA_DIR", "/srv"}, {"DATABASE_URL", "sqlite:///x.db"}}))
                  .settings.sqlite_path,
              "x.db");
}

TEST(Load, logs_more_when_debugging_unless_the_level_is_given) {
    EXPECT_EQ(loaded(with_environment({{"DEBUG", "true"}})).settings.log_level, LogLevel::debug);
    EXPECT_EQ(loaded(with_environment({{"DEBUG", "true"}, {"LOG_LEVEL", "error"}})).settings.log_level,
              LogLevel::error);
}

TEST(Load, uses_only_the_cores_that_the_process_may_use) {
    unsigned threads = 0;
    std::thread pinned([&threads] {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(::sched_getcpu(), &one);
        ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
        threads = loaded({}).settings.threads;
    });
    pinned.join();
    EXPECT_EQ(threads, 1U);
}

/// A working directory of its own for as long as it lives.
class WorkingDirectory {
public:
    WorkingDirectory() {
        std::filesystem::create_directory(path_);
        std::filesystem::current_path(path_);
    }
    ~WorkingDirectory() {
        std::filesystem::current_path(before_);
        std::filesystem::remove_all(path_);
    }
    WorkingDirectory(const WorkingDirectory&) = delete;
    WorkingDirectory& operator=(const WorkingDirectory&) = delete;

private:
    std::filesystem::path before_ = std::filesystem::current_path();
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("urltrim-config-" + std::to_string(::getpid()));
};

TEST(LoadHere, reads_the_environment_of_the_process_and_dotenv_in_the_working_directory) {
    const WorkingDirectory directory;
    std::ofstream(".env") << "JOURNAL_RESERVE=7\nALIAS_MAX_LENGTH=9\n";
    ::setenv("ALIAS_MAX_LENGTH", "8", 1);
    const Loaded outcome = load_here({{"PORT", "80"}});
    ::unsetenv("ALIAS_MAX_LENGTH");
    ASSERT_TRUE(std::holds_alternative<Configuration>(outcome));
    const Settings& settings = std::get<Configuration>(outcome).settings;
    EXPECT_EQ(settings.port, 80);
    EXPECT_EQ(settings.alias_max_length, 8U);
    EXPECT_EQ(settings.journal_reserve, 7U);
}

TEST(LoadHere, needs_no_dotenv_file_but_one_that_is_there_must_be_readable) {
    const WorkingDirectory directory;
    EXPECT_TRUE(std::holds_alternative<Configuration>(load_here({})));
    std::filesystem::create_directory(".env");
    const Loaded outcome = load_here({});
    ASSERT_TRUE(std::holds_alternative<Problems>(outcome));
    EXPECT_THAT(std::get<Problems>(outcome).lines, ElementsAre(".env is a folder; expected a file, or none"));
}

TEST(Print, shows_name_value_and_source_of_every_variable) {
    const std::string table =
        print(loaded({.flags = {{"PORT", "80"}}, .environment = {{"THREADS", "2"}}, .dotenv = "DEBUG=true"}));
    EXPECT_THAT(table, testing::StartsWith("NAME "));
    EXPECT_THAT(table, ContainsRegex("\nPORT +80 +flag --port\n"));
    EXPECT_THAT(table, ContainsRegex("\nTHREADS +2 +environment\n"));
    EXPECT_THAT(table, ContainsRegex("\nDEBUG +true +.env line 1\n"));
    EXPECT_THAT(table, ContainsRegex("\nLOG_LEVEL +debug +default\n"));
    EXPECT_THAT(table, ContainsRegex("\nBASE_URL +- +default\n"));
    EXPECT_THAT(table, ContainsRegex("\nDATABASE_URL +sqlite:///./data/urltrim.db +default\n"));
    for (const Variable& variable : variables())
        EXPECT_THAT(table, HasSubstr("\n" + std::string(variable.name) + " "));
}

TEST(Masked, hides_passwords_in_urls) {
    EXPECT_EQ(masked("postgresql://u:p@h:5432/d"), "postgresql://u:***@h:5432/d");
    EXPECT_EQ(masked("redis://:p@h"), "redis://:***@h");
    EXPECT_EQ(masked("amqp://u:p@w/x?y@h/v"), "amqp://u:***@h/v");
    EXPECT_EQ(masked("postgresql://h/d?user=u&password=p&sslmode=require"),
              "postgresql://h/d?user=u&password=***&sslmode=require");
}

TEST(Masked, leaves_everything_else_alone) {
    for (const char* const text : {"", "./data", "https://go.example.com:8443", "redis://u@h", "a:b@c"}) {
        EXPECT_EQ(masked(text), text);
    }
}

}  // namespace
}  // namespace urltrim::config
