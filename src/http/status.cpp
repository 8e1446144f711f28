#include "http/status.hpp"

namespace urltrim::http {

std::string_view reason_phrase(Status status) noexcept {
    switch (status) {
        case Status::continue_:
            return "Continue";
        case Status::ok:
            return "OK";
        case Status::no_content:
            return "No Content";
        case Status::found:
            return "Found";
        case Status::bad_request:
            return "Bad Request";
        case Status::not_found:
            return "Not Found";
        case Status::method_not_allowed:
            return "Method Not Allowed";
        case Status::request_timeout:
            return "Request Timeout";
        case Status::conflict:
            return "Conflict";
        case Status::content_too_large:
            return "Content Too Large";
        case Status::unsupported_media_type:
            return "Unsupported Media Type";
        case Status::expectation_failed:
            return "Expectation Failed";
        case Status::unprocessable_content:
            return "Unprocessable Content";
        case Status::too_many_requests:
            return "Too Many Requests";
        case Status::head_too_large:
            return "Request Header Fields Too Large";
        case Status::internal_error:
            return "Internal Server Error";
        case Status::not_implemented:
            return "Not Implemented";
        case Status::unavailable:
            return "Service Unavailable";
        case Status::version_not_supported:
            return "HTTP Version Not Supported";
    }
    return "";
}

}  // namespace urltrim::http
