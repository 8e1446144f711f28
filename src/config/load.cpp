#include "config/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

#include "base/checked.hpp"
#include "config/dotenv.hpp"

namespace urltrim::config {
namespace {

/// A text and where it was found.
struct Found {
    std::string text;
    Source source;
};

/// One place where values may be set, by name.
using Layer = std::map<std::string, Found, std::less<>>;

Checked<std::string> contents_of(const std::filesystem::path& path) {
    static constexpr std::size_t longest = std::size_t{64} << 10;
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return Refusal{"is a folder"};
    std::ifstream file(path, std::ios::binary);
    if (!file) return Refusal{"cannot be read"};
    std::string text(longest + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return Refusal{"cannot be read"};
    if (file.gcount() > static_cast<std::streamsize>(longest)) return Refusal{"is larger than 64 KiB"};
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

const Found* found_in(const Layer& layer, std::string_view name) {
    const auto found = layer.find(name);
    return found == layer.end() ? nullptr : &found->second;
}

/// The same, for a text that is not empty.
const Found* set_in(const Layer& layer, std::string_view name) {
    const Found* const found = found_in(layer, name);
    return found != nullptr && !found->text.empty() ? found : nullptr;
}

/// How many letters must be added, dropped or changed to make `a` into `b` (Levenshtein's distance).
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// The variable that somebody who wrote `name` may have meant, or null.
const Variable* similar_variable(std::string_view name) {
    const Variable* closest = nullptr;
    std::size_t fewest = name.size() >= 8 ? 3 : 2;
    for (const Variable& variable : variables()) {
        const std::size_t edits = edits_between(name, variable.name);
        if (edits >= fewest) continue;
        fewest = edits;
        closest = &variable;
    }
    return closest;
}

bool is_known(std::string_view name) {
    if (find_variable(name) != nullptr) return true;
    if (!name.ends_with("_FILE")) return false;
    const Variable* const variable = find_variable(name.substr(0, name.size() - 5));
    return variable != nullptr && variable->secret;
}

/// One run of load().
class Loading {
public:
    explicit Loading(const Inputs& inputs) {
        for (const auto& [name, text] : inputs.flags) {
            flags_.insert_or_assign(name, Found{text, {Source::Kind::flag, find_variable(name)->flag()}});
        }
        for (const auto& [name, text] : inputs.environment) {
            environment_.insert_or_assign(name, Found{text, {Source::Kind::environment, ""}});
        }
        read_dotenv(inputs.dotenv);
    }
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;

    Loaded run() && {
        for (const Variable& variable : variables()) settle(variable);
        if (problems_.empty()) check_together();
        if (!problems_.empty()) return Problems{std::move(problems_)};
        return std::move(result_);
    }

private:
    void read_dotenv(std::string_view text) {
        const Dotenv file = parse_dotenv(text);
        for (const auto& problem : file.problems) {
            problems_.push_back(fmt::format(".env line {}: {}", problem.line, problem.reason));
        }
        for (const auto& [name, value, line] : file.assignments) {
            const Found found{value, {Source::Kind::dotenv, std::to_string(line)}};
            if (!dotenv_.insert_or_assign(name, found).second) {
                result_.warnings.push_back(
                    fmt::format(".env line {}: {} is set again; this line counts", line, name));
            }
            warn_of_typing_error(name, line);
        }
    }

    void warn_of_typing_error(const std::string& name, unsigned line) {
        if (is_known(name)) return;
        const Variable* const meant = similar_variable(name);
        if (meant == nullptr) return;
        result_.warnings.push_back(fmt::format(
            ".env line {}: {} is not a variable of urltrim; did you mean {}?", line, name, meant->name));
    }

    /// Finds the text of `variable` and puts its value into the settings.
    void settle(const Variable& variable) {
        std::optional<Found> found = find(variable);
        if (!found || found->text.empty()) found = Found{std::string(variable.standard), {}};
        if (!found->text.empty()) parse(variable, *found);
        result_.entries.push_back({&variable, std::move(found->text), std::move(found->source)});
    }

    /// The first layer that says anything about `variable` decides.
    std::optional<Found> find(const Variable& variable) {
        for (const Layer* layer : {&flags_, &environment_, &dotenv_}) {
            const Found* const direct = found_in(*layer, variable.name);
            if (variable.secret) {
                const std::string name(variable.name);
                const Found* const file = set_in(*layer, name + "_FILE");
                if (file != nullptr && set_in(*layer, name) != nullptr) {
                    problems_.push_back(
                        fmt::format("{0}: both {0} and {0}_FILE are set; expected only one", name));
                    return std::nullopt;
                }
                if (file != nullptr) return secret_from_file(name, file->text);
            }
            if (direct != nullptr) return *direct;
        }
        return std::nullopt;
    }

    std::optional<Found> secret_from_file(const std::string& name, const std::string& path) {
        Checked<std::string> contents = contents_of(path);
        if (!contents) {
            problems_.push_back(fmt::format("{}_FILE: \"{}\" {}; expected a file that holds {}", name, path,
                                            contents.reason(), name));
            return std::nullopt;
        }
        std::string text = std::move(contents).value();
        text.erase(text.find_last_not_of("\r\n") + 1);
        if (text.empty()) {
            problems_.push_back(
                fmt::format("{}_FILE: \"{}\" is empty; expected a file that holds {}", name, path, name));
        }
        return Found{std::move(text), {Source::Kind::file, path}};
    }

    void parse(const Variable& variable, const Found& found) {
        if (variable.unsupported != nullptr) {
            const std::string_view why = variable.unsupported(found.text);
            if (!why.empty()) {
                problems_.push_back(fmt::format("{}: {}", variable.name, why));
                return;
            }
        }
        const bool has_zero = found.text.find('\0') != std::string::npos;
        if (!has_zero && variable.parse(found.text, result_.settings)) return;
        const std::string shown =
            variable.secret ? "the value (not shown)" : fmt::format("\"{}\"", masked(found.text));
        problems_.push_back(fmt::format("{}: {} from {} is not valid; expected {}", variable.name, shown,
                                        found.source.text(), variable.expected));
    }

    void check_together() {
        Settings& settings = result_.settings;
        const auto log_level =
            std::ranges::find(result_.entries, find_variable("LOG_LEVEL"), &Entry::variable)->source.kind;
        complete(settings, log_level != Source::Kind::standard);

        const bool same_host = settings.host == settings.admin_host || settings.host.is_unspecified() ||
                               settings.admin_host.is_unspecified();
        if (settings.port != 0 && settings.port == settings.admin_port && same_host) {
            problems_.push_back(
                fmt::format("ADMIN_PORT: \"{}\" is the PORT of the public listener too; expected another "
                            "port, or 0 for none",
                            settings.admin_port));
        }
    }

    Layer flags_;
    Layer environment_;
    Layer dotenv_;
    Configuration result_;
    std::vector<std::string> problems_;
};

Texts environment_of_this_process() {
    Texts texts;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) texts.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return texts;
}

}  // namespace

std::string Source::text() const {
    switch (kind) {
        case Kind::standard:
            break;
        case Kind::dotenv:
            return ".env line " + detail;
        case Kind::environment:
            return "environment";
        case Kind::file:
            return "file " + detail;
        case Kind::flag:
            return "flag " + detail;
    }
    return "default";
}

Loaded load(const Inputs& inputs) {
    return Loading(inputs).run();
}

Loaded load_here(Texts flags) {
    Inputs inputs{.flags = std::move(flags), .environment = environment_of_this_process(), .dotenv = ""};
    std::error_code error;
    if (std::filesystem::exists(".env", error)) {
        Checked<std::string> contents = contents_of(".env");
        if (!contents) return Problems{{".env " + contents.reason() + "; expected a file, or none"}};
        inputs.dotenv = std::move(contents).value();
    }
    return load(inputs);
}

std::string masked(std::string_view text) {
    std::string shown(text);
    const std::size_t scheme_end = shown.find("://");
    if (scheme_end == std::string::npos) return shown;

    // Up to the last @ of all, even in what looks like the path: a password may hold any character.
    const std::size_t at = shown.rfind('@');
    const std::size_t colon = shown.find(':', scheme_end + 3);
    if (at != std::string::npos && colon < at) shown.replace(colon + 1, at - colon - 1, "***");

    static constexpr std::array<std::string_view, 5> names{"password", "passwd", "pwd", "secret", "token"};
    for (std::size_t i = shown.find('?'); i != std::string::npos; i = shown.find('&', i + 1)) {
        const std::size_t equals = shown.find('=', i);
        if (equals == std::string::npos) break;
        const std::string_view name = std::string_view(shown).substr(i + 1, equals - i - 1);
        if (std::ranges::find(names, name) == names.end()) continue;
        const std::size_t end = std::min(shown.find_first_of("&#", equals), shown.size());
        shown.replace(equals + 1, end - equals - 1, "***");
    }
    return shown;
}

std::string print(const Configuration& configuration) {
    struct Row {
        std::string name;
        std::string value;
        std::string source;
    };
    std::vector<Row> rows{{"NAME", "VALUE", "SOURCE"}};
    for (const Entry& entry : configuration.entries) {
        const auto in_force = entry.variable->in_force;
        const std::string value = in_force != nullptr ? in_force(configuration.settings) : masked(entry.text);
        rows.push_back({std::string(entry.variable->name), value.empty() ? "-" : value, entry.source.text()});
    }

    std::size_t name_width = 0;
    std::size_t value_width = 0;
    for (const Row& row : rows) {
        name_width = std::max(name_width, row.name.size());
        value_width = std::max(value_width, row.value.size());
    }
    std::string table;
    for (const Row& row : rows) {
        fmt::format_to(std::back_inserter(table), "{:<{}}  {:<{}}  {}\n", row.name, name_width, row.value,
                       value_width, row.source);
    }
    return table;
}

}  // namespace urltrim::config
