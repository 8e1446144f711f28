#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "http/status.hpp"

namespace urltrim::http {

/// One answer, before it becomes bytes.
struct Response {
    Status status = Status::ok;
    std::string_view content_type;  ///< a literal; empty: no body
    std::string body;
    std::string_view asset;  ///< a body that lives as long as the process, sent instead of `body`
    std::string location;    ///< for 302: where to, printable ASCII
    std::string fields;      ///< further field lines, see add_field

    /// `value` must be printable ASCII; text that a client chose does not belong here.
    void add_field(std::string_view name, std::string_view value);

    std::string_view content() const noexcept { return asset.empty() ? std::string_view(body) : asset; }
};

/// One member of the `errors` of a problem body: what is wrong with which field of the request.
struct FieldError {
    std::string_view field;
    std::string reason;
};

/// An `application/problem+json` body (RFC 9457). `detail` is a short lower-case sentence.
Response problem(Status status, std::string_view detail, const std::vector<FieldError>& errors = {});

/// The problem for a status whose `detail` never varies.
Response problem(Status status);

/// Writes response heads. One per io thread; holds what all heads of one second have in common, so that
/// a redirect is three copies.
class ResponseWriter {
public:
    explicit ResponseWriter(Clock::UtcTime now) { set_date(now); }

    /// Call once a second: the Date field is not worth a clock reading per response.
    void set_date(Clock::UtcTime now);

    /// A whole 302. `location` is printable ASCII. Does not allocate once `out` has grown.
    void append_redirect(std::string& out, std::string_view location, bool keep_alive) const {
        out.append(redirect_head_);
        out.append(location);
        out.append(keep_alive ? std::string_view("\r\n\r\n")
                              : std::string_view("\r\nConnection: close\r\n\r\n"));
    }

    /// The head of `response`, its empty line included; the caller sends response.content().
    void append_head(std::string& out, const Response& response, bool keep_alive) const;

private:
    std::string redirect_head_;  // up to and including "Location: "
    std::string date_line_;
};

}  // namespace urltrim::http
