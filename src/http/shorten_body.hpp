#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/response.hpp"

namespace urltrim::http {

/// The body of POST /shorten: `{"url": string, "alias": string | null | absent}`. Other members are ignored.
struct ShortenBody {
    std::string url;
    std::optional<std::string> alias;
    std::vector<FieldError> errors;  ///< not empty: the body was refused
};

ShortenBody parse_shorten_body(std::string_view text);

/// Whether a Content-Type says JSON: application/json, or any application type that ends in +json.
bool is_json(std::string_view content_type) noexcept;

}  // namespace urltrim::http
