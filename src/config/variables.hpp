#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace urltrim::config {

/// One variable of the configuration: the row of the one table that parsing, `urltrim config`, `--help`,
/// docs/configuration.md and .env.example go by.
struct Variable {
    std::string_view name;
    std::string_view standard;  ///< its default, as a person would write it; empty: none
    std::string_view expected;  ///< what it may be: completes "expected …"
    std::string_view meaning;   ///< a sentence

    /// Puts the value of `text`, which is not empty, into `settings`. False: it is not what is expected.
    bool (*parse)(std::string_view text, Settings& settings);

    /// May hold a password: never shown in a message, no flag, and `NAME_FILE` names a file to read it from.
    bool secret = false;

    /// What this version cannot do of that which `text` asks for; empty if nothing. Asked before parse(). May
    /// be null.
    std::string_view (*unsupported)(std::string_view text) = nullptr;

    /// The value in force, where it is not simply the text that was given. May be null.
    std::string (*in_force)(const Settings& settings) = nullptr;

    /// `--local-cache-ttl` for LOCAL_CACHE_TTL; empty for secrets, which have no place in a process list.
    std::string flag() const;
};

/// All of them, in the order in which a person wants to read them.
std::span<const Variable> variables();

/// The variable of that name, or null.
const Variable* find_variable(std::string_view name);

/// Works out what depends on more than one variable or on the machine. `log_level_given`: LOG_LEVEL was set.
void complete(Settings& settings, bool log_level_given);

/// The variables with defaults and meanings, for --help: at most 100 columns.
std::string variables_help();

}  // namespace urltrim::config
