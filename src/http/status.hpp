#pragma once

#include <cstdint>
#include <string_view>

namespace urltrim::http {

/// Status codes this service sends (RFC 9110 section 15).
enum class Status : std::uint16_t {
    continue_ = 100,
    ok = 200,
    no_content = 204,
    found = 302,
    bad_request = 400,
    not_found = 404,
    method_not_allowed = 405,
    request_timeout = 408,
    conflict = 409,
    content_too_large = 413,
    unsupported_media_type = 415,
    expectation_failed = 417,
    unprocessable_content = 422,
    too_many_requests = 429,
    head_too_large = 431,
    internal_error = 500,
    not_implemented = 501,
    unavailable = 503,
    version_not_supported = 505,
};

constexpr unsigned number(Status status) noexcept {
    return static_cast<unsigned>(status);
}

/// The reason phrase, which is also the `title` of a problem body.
std::string_view reason_phrase(Status status) noexcept;

}  // namespace urltrim::http
