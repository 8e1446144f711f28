#include "config/dotenv.hpp"

#include <algorithm>
#include <utility>

#include "base/checked.hpp"

namespace urltrim::config {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view without_leading_blanks(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text;
}

std::string_view trimmed(std::string_view text) {
    text = without_leading_blanks(text);
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool is_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    const auto allowed = [letter](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, allowed);
}

std::string plain_value(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool after_blank = i == 0 || blanks.find(text[i - 1]) != std::string_view::npos;
        if (text[i] == '#' && after_blank) return std::string(trimmed(text.substr(0, i)));
    }
    return std::string(trimmed(text));
}

/// What `\c` stands for in double quotes, or 0.
char unescaped(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case '"':
        case '\\':
        case '$':
            return c;
        default:
            return 0;
    }
}

/// `text` begins with the opening quote.
Checked<std::string> quoted_value(std::string_view text) {
    const char quote = text.front();
    std::string value;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != quote; ++i) {
        if (quote == '\'' || text[i] != '\\') {
            value += text[i];
            continue;
        }
        if (++i == text.size()) break;
        const char c = unescaped(text[i]);
        if (c == 0) return Refusal{"a backslash in double quotes must be followed by one of n r t \" \\ $"};
        value += c;
    }
    if (i >= text.size()) return Refusal{"the quote is not closed on this line"};

    const std::string_view rest = without_leading_blanks(text.substr(i + 1));
    if (!rest.empty() && rest.front() != '#') return Refusal{"there is text behind the closing quote"};
    return value;
}

Checked<std::string> value_of(std::string_view text) {
    text = without_leading_blanks(text);
    if (text.starts_with('"') || text.starts_with('\'')) return quoted_value(text);
    return plain_value(text);
}

void read_line(std::string_view line, unsigned number, Dotenv& result) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return;
    if (line.starts_with("export ") || line.starts_with("export\t"))
        line = without_leading_blanks(line.substr(7));

    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
        result.problems.push_back({number, "expected NAME=value"});
        return;
    }
    const std::string_view name = trimmed(line.substr(0, equals));
    if (!is_name(name)) {
        result.problems.push_back({number, "the name before = must be letters, digits and _"});
        return;
    }
    Checked<std::string> value = value_of(line.substr(equals + 1));
    if (!value) {
        result.problems.push_back({number, std::string(name) + ": " + value.reason()});
        return;
    }
    result.assignments.push_back({std::string(name), std::move(value).value(), number});
}

}  // namespace

Dotenv parse_dotenv(std::string_view text) {
    static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Dotenv result;
    for (unsigned number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        read_line(line, number, result);
    }
    return result;
}

}  // namespace urltrim::config
