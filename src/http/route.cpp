#include "http/route.hpp"

#include "http/text.hpp"

namespace urltrim::http {
namespace {

constexpr bool is_unreserved(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string normalised(std::string_view path) {
    std::string plain;
    plain.reserve(path.size());
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool encoded = path[i] == '%' && i + 2 < path.size() && hex_value(path[i + 1]) >= 0 &&
                             hex_value(path[i + 2]) >= 0;
        const char decoded =
            encoded ? static_cast<char>(hex_value(path[i + 1]) * 16 + hex_value(path[i + 2])) : '\0';
        if (is_unreserved(decoded)) {
            plain.push_back(decoded);
            i += 2;
        } else {
            plain.push_back(path[i]);
        }
    }
    return plain;
}

std::optional<std::string_view> match(std::string_view pattern, std::string_view path) noexcept {
    if (is_literal(pattern)) {
        if (path != pattern) return std::nullopt;
        return std::string_view();
    }
    const std::string_view prefix = pattern.substr(0, pattern.find('{'));
    if (!path.starts_with(prefix)) return std::nullopt;
    const std::string_view segment = path.substr(prefix.size());
    if (segment.empty() || segment.find('/') != std::string_view::npos) return std::nullopt;
    return segment;
}

std::string_view allowed_with(Method method) noexcept {
    switch (method) {
        case Method::get:
            return "GET, HEAD";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::options:
        case Method::other:
            return "OPTIONS";
    }
    return "";
}

Response without_route(Method method, std::string_view path, std::string_view allow) {
    if (path == "*") allow = "GET, HEAD, POST, OPTIONS";
    if (allow.empty()) return problem(Status::not_found);
    Response response;
    if (method == Method::options) {
        response.status = Status::no_content;
    } else {
        response = problem(Status::method_not_allowed);
    }
    response.add_field("Allow", allow);
    return response;
}

}  // namespace urltrim::http
