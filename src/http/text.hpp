#pragma once

#include <cstddef>
#include <string_view>

namespace urltrim::http {

/// Character classes and comparisons of RFC 9110 section 5.6. Locale-free; any thread.

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_alpha(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// The value of a hexadecimal digit, -1 for anything else.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// `tchar`: what method and field names are made of.
constexpr bool is_token_char(char c) noexcept {
    return is_alpha(c) || is_digit(c) ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

/// Whether `text` is `lower` in any mix of cases; `lower` is written in lower case.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (to_lower(text[i]) != lower[i]) return false;
    }
    return true;
}

constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Cuts the next element off a comma-separated list (RFC 9110 section 5.6.1), trimmed. A comma inside a
/// quoted string does not separate.
constexpr std::string_view next_element(std::string_view& list) noexcept {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < list.size(); ++end) {
        if (quoted && list[end] == '\\' && end + 1 < list.size()) {
            ++end;
        } else if (list[end] == '"') {
            quoted = !quoted;
        } else if (list[end] == ',' && !quoted) {
            break;
        }
    }
    const std::string_view element = trim(list.substr(0, end));
    list.remove_prefix(end < list.size() ? end + 1 : end);
    return element;
}

}  // namespace urltrim::http
