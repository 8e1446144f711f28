#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "config/settings.hpp"
#include "config/variables.hpp"

namespace urltrim::config {

/// Names and their texts.
using Texts = std::map<std::string, std::string, std::less<>>;

/// Where values may come from, strongest first. An empty text means that the default is wanted.
struct Inputs {
    Texts flags;  ///< by the name of the variable, not of the flag; every name must be in variables()
    Texts environment;
    std::string dotenv;  ///< contents of the .env file
};

/// Where one value came from.
struct Source {
    enum class Kind : std::uint8_t { standard, dotenv, environment, file, flag };

    Kind kind = Kind::standard;
    std::string detail;  ///< the line in .env, the path of the file, the name of the flag

    /// `default`, `environment`, `.env line 3`, `file /run/secrets/url`, `flag --port`
    std::string text() const;
};

/// One variable and what was said about it.
struct Entry {
    const Variable* variable;
    std::string text;  ///< the default if nothing was said; may hold a password
    Source source;
};

struct Configuration {
    Settings settings;
    std::vector<Entry> entries;         ///< one for each of variables(), in their order
    std::vector<std::string> warnings;  ///< a line each, for the log
};

/// Everything that is wrong, a line each: the variable, its value unless that is secret, and what is
/// expected.
struct Problems {
    std::vector<std::string> lines;
};

using Loaded = std::variant<Configuration, Problems>;

/// Blocks while it reads the files that `NAME_FILE` variables name; otherwise pure.
Loaded load(const Inputs& inputs);

/// load() with the environment of this process and the .env file in its working directory, if there is one.
Loaded load_here(Texts flags);

/// A table of what is in force and where it came from: NAME VALUE SOURCE. Passwords are masked.
std::string print(const Configuration& configuration);

/// `text` with the password of a URL in it (`scheme://user:password@host`, `password=` in its query) shown as
/// `***`.
std::string masked(std::string_view text);

}  // namespace urltrim::config
