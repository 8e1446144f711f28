#include "http/response.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cassert>
#include <iterator>

namespace urltrim::http {
namespace {

namespace json = boost::json;

constexpr std::string_view always = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

bool is_printable(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string_view usual_detail(Status status) noexcept {
    switch (status) {
        case Status::bad_request:
            return "bad request";
        case Status::not_found:
            return "not found";
        case Status::method_not_allowed:
            return "method not allowed";
        case Status::request_timeout:
            return "request took too long";
        case Status::content_too_large:
            return "body too large";
        case Status::unsupported_media_type:
            return "expected application/json";
        case Status::expectation_failed:
            return "expectation not supported";
        case Status::too_many_requests:
            return "too many requests";
        case Status::head_too_large:
            return "request head too large";
        case Status::not_implemented:
            return "not implemented";
        case Status::unavailable:
            return "temporarily unavailable";
        case Status::version_not_supported:
            return "http version not supported";
        default:
            return "internal error";
    }
}

}  // namespace

void Response::add_field(std::string_view name, std::string_view value) {
    assert(is_printable(name) && is_printable(value));
    fields.append(name).append(": ").append(value).append("\r\n");
}

Response problem(Status status, std::string_view detail, const std::vector<FieldError>& errors) {
    json::object body{{"type", "about:blank"},
                      {"title", reason_phrase(status)},
                      {"status", number(status)},
                      {"detail", detail}};
    if (!errors.empty()) {
        json::array list;
        for (const FieldError& error : errors) {
            list.push_back(json::object{{"field", error.field}, {"reason", error.reason}});
        }
        body["errors"] = std::move(list);
    }
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = json::serialize(body);
    if (status == Status::unavailable) response.add_field("Retry-After", "1");
    return response;
}

Response problem(Status status) {
    return problem(status, usual_detail(status));
}

void ResponseWriter::set_date(Clock::UtcTime now) {
    // IMF-fixdate, RFC 9110 section 5.6.7. fmt names days and months in English whatever the locale.
    const std::tm utc = fmt::gmtime(std::chrono::system_clock::to_time_t(now));
    date_line_ = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", utc);
    redirect_head_ = "HTTP/1.1 302 Found\r\n" + date_line_;
    redirect_head_.append(always).append("Content-Length: 0\r\nLocation: ");
}

void ResponseWriter::append_head(std::string& out, const Response& response, bool keep_alive) const {
    if (response.status == Status::found) {
        assert(is_printable(response.location));
        append_redirect(out, response.location, keep_alive);
        return;
    }
    auto end = std::back_inserter(out);
    fmt::format_to(end, "HTTP/1.1 {} {}\r\n{}", number(response.status), reason_phrase(response.status),
                   date_line_);
    out.append(response.fields);
    if (response.fields.find("Cache-Control:") == std::string::npos) {
        out.append(always);
    } else {
        out.append("X-Content-Type-Options: nosniff\r\n");
    }
    if (!response.content_type.empty()) fmt::format_to(end, "Content-Type: {}\r\n", response.content_type);
    if (response.status != Status::no_content) {
        fmt::format_to(end, "Content-Length: {}\r\n", response.content().size());
    }
    out.append(keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
}

}  // namespace urltrim::http
