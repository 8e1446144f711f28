#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <variant>

#include "app/data_directory.hpp"
#include "app/serve.hpp"
#include "config/load.hpp"
#include "config/variables.hpp"
#include "journal/inspect.hpp"
#include "sqlite/migrations.hpp"
#include "telemetry/log.hpp"

namespace {

using namespace urltrim;

constexpr int failed = 1;
constexpr int misused = 2;

void complain(const std::string& line) {
    fmt::print(stderr, "urltrim: {}\n", line);
}

spdlog::level::level_enum spdlog_level(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::trace:
            return spdlog::level::trace;
        case config::LogLevel::debug:
            return spdlog::level::debug;
        case config::LogLevel::info:
            return spdlog::level::info;
        case config::LogLevel::warning:
            return spdlog::level::warn;
        case config::LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

void start_logging(const config::Settings& settings) {
    telemetry::start_logging({.app_name = settings.app_name,
                              .level = spdlog_level(settings.log_level),
                              .format = settings.log_format == config::LogFormat::json
                                            ? telemetry::LogFormat::json
                                            : telemetry::LogFormat::text});
}

/// Runs `command` with the configuration in force, or lists everything that is wrong with it.
int with_configuration(const config::Texts& flags,
                       const std::function<int(const config::Configuration&)>& command) {
    const config::Loaded loaded = config::load_here(flags);
    if (const auto* problems = std::get_if<config::Problems>(&loaded)) {
        for (const std::string& line : problems->lines) complain(line);
        return misused;
    }
    const auto& configuration = std::get<config::Configuration>(loaded);
    start_logging(configuration.settings);
    for (const std::string& warning : configuration.warnings) spdlog::warn("{}", warning);
    return command(configuration);
}

int serve(const config::Configuration& configuration) {
    app::serve(configuration.settings);
    return 0;
}

int print_configuration(const config::Configuration& configuration) {
    fmt::print("{}", config::print(configuration));
    return 0;
}

int migrate(const config::Configuration& configuration) {
    const config::Settings& settings = configuration.settings;
    const app::DataDirectory data(settings.data_dir);
    const auto applied = sqlite::migrate(settings.sqlite_path);
    for (const std::string& name : applied) fmt::print("applied {}\n", name);
    if (applied.empty()) fmt::print("nothing to do: {} is up to date\n", settings.sqlite_path.string());
    return 0;
}

/// What was typed: which command, with which variables set by flags.
struct CommandLine {
    config::Texts flags;
    std::string journal_directory;
    std::function<int()> command;
};

void add_variable_flags(CLI::App& command, CommandLine& line) {
    for (const config::Variable& variable : config::variables()) {
        if (variable.flag().empty()) continue;
        const std::string name{variable.name};
        command
            .add_option_function<std::string>(
                variable.flag(), [&line, name](const std::string& text) { line.flags[name] = text; },
                std::string{variable.meaning})
            ->type_name("")
            ->group("Variables, as flags");
    }
}

void add_command(CLI::App& app, CommandLine& line, const char* name, const char* description,
                 int (*run)(const config::Configuration&)) {
    CLI::App* command = app.add_subcommand(name, description);
    add_variable_flags(*command, line);
    command->callback(
        [&line, run] { line.command = [&line, run] { return with_configuration(line.flags, run); }; });
}

void add_journal(CLI::App& app, CommandLine& line) {
    CLI::App* journal = app.add_subcommand("journal", "Look at a click journal");
    CLI::App* inspect = journal->add_subcommand("inspect", "Say what is in a journal; changes nothing");
    inspect->add_option("--dir", line.journal_directory, "The journal's folder, e.g. data/journal")
        ->required();
    inspect->callback([&line] {
        line.command = [&line] {
            return static_cast<int>(journal::inspect(line.journal_directory, std::cout));
        };
    });
}

int run(int argc, char** argv) {
    CLI::App app("urltrim: short links, redirects and exact click counts\n", "urltrim");
    CommandLine line;
    app.set_version_flag("--version", "urltrim " URLTRIM_VERSION, "Print the version");
    app.footer([] {
        return "Without a flag, a variable comes from the environment, then from the file .env in the "
               "working\n"
               "directory, then it has its default:\n\n" +
               config::variables_help() +
               "\n`urltrim config` prints what is in force and where it came from.";
    });
    add_command(app, line, "serve", "Serve links; SIGTERM or Ctrl-C stops cleanly", serve);
    add_command(app, line, "config", "Print the configuration in force, passwords masked",
                print_configuration);
    add_command(app, line, "migrate", "Bring the database to the schema of this version", migrate);
    add_journal(app, line);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked_for) {
        return app.exit(asked_for);
    } catch (const CLI::ParseError& error) {
        complain(fmt::format("{} (urltrim --help lists commands and flags)", error.what()));
        return misused;
    }
    if (!line.command) {
        complain("a command is missing (urltrim --help lists commands and flags)");
        return misused;
    }
    return line.command();
}

}  // namespace

int main(int argc, char** argv) {
    // Links and clicks are not for other users of the machine.
    ::umask(0027);
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        complain(error.what());
        return failed;
    }
}
