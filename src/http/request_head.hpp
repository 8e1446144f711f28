#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/status.hpp"

namespace urltrim::http {

enum class Method : std::uint8_t { get, head, post, options, other };

/// The head of one request, as RFC 9112 reads it. All views point into the text that was parsed.
struct RequestHead {
    static constexpr std::size_t max_bytes = 16 * 1024;
    static constexpr unsigned max_fields = 100;

    Method method = Method::other;
    bool keep_alive = true;         ///< HTTP/1.1 without `Connection: close`; HTTP/1.0 always closes
    bool chunked = false;           ///< the body comes in chunks
    bool expects_continue = false;  ///< the client waits for `100 Continue` before it sends the body
    std::uint64_t content_length = 0;
    std::size_t size = 0;  ///< bytes of the head, its empty line included

    std::string_view path;  ///< as sent: percent-encoded, without the query; `*` for the server as a whole
    std::string_view authority;  ///< host and port, checked; empty only for HTTP/1.0 without Host
    std::string_view user_agent;
    std::string_view referer;
    std::string_view accept_language;
    std::string_view content_type;
    std::string_view fields;  ///< all field lines, for what is asked for rarely; see for_each_field

    bool has_body() const noexcept { return chunked || content_length > 0; }
};

struct HeadResult {
    enum class Kind : std::uint8_t {
        complete,    ///< `head` is filled in
        incomplete,  ///< nothing wrong so far, more bytes are needed
        refused,     ///< answer `status` and close: where the next request starts is unknown
    };
    Kind kind;
    Status status = Status::ok;

    friend bool operator==(const HeadResult&, const HeadResult&) = default;
};

/// Parses the head that `input` starts with, strictly by RFC 9112, in one pass and without allocating.
///
/// Refused with 400: bare CR or LF, NUL and other control characters, obsolete line folding, space before a
/// colon, missing, repeated or malformed Host, malformed or differing Content-Length, Content-Length together
/// with Transfer-Encoding, a target in the wrong form. Further: 417 (an expectation other than 100-continue),
/// 431 (over 16 KiB or 100 fields), 501 (a transfer coding other than chunked; CONNECT), 505. One empty line
/// before the request line is skipped (section 2.2).
HeadResult parse_head(std::string_view input, RequestHead& head) noexcept;

/// Calls `visit(name, value)` for each field line of a parsed head, values trimmed.
template <class Visit>
void for_each_field(std::string_view fields, Visit visit) {
    while (!fields.empty()) {
        const std::size_t end = fields.find("\r\n");
        const std::string_view line = fields.substr(0, end);
        const std::size_t colon = line.find(':');
        std::string_view value = line.substr(colon + 1);
        while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
        while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
        visit(line.substr(0, colon), value);
        fields.remove_prefix(end + 2);
    }
}

/// Whether `text` is a host with an optional port: a registered name, an IPv4 address, or an IPv6 address in
/// brackets. Stricter than RFC 3986: no percent-encoding, no user name.
bool is_authority(std::string_view text) noexcept;

}  // namespace urltrim::http
