#include "http/request_head.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "http/text.hpp"

namespace urltrim::http {
namespace {

using Kind = HeadResult::Kind;

constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> table{};
    for (int c = 0; c < 256; ++c) table[static_cast<unsigned char>(c)] = is_token_char(static_cast<char>(c));
    return table;
}();

/// What may stand in a request target: visible ASCII, and no fragment.
constexpr bool is_target_char(char c) noexcept {
    return c > ' ' && c < '\x7f' && c != '#';
}

/// The first byte in [at, end) that a field value may not contain (a control character other than tab),
/// `end` if there is none. Eight bytes at a time: browsers send heads of a kilobyte.
const char* find_control(const char* at, const char* end) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        constexpr std::uint64_t ones = 0x0101010101010101U;
        constexpr std::uint64_t tops = 0x8080808080808080U;
        while (end - at >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, at, sizeof(word));
            const std::uint64_t del = word ^ (ones * 0x7f);
            // A borrow can mark bytes above a true hit, never below it: the lowest mark is exact.
            const std::uint64_t hits = (((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & tops;
            if (hits == 0) {
                at += 8;
                continue;
            }
            at += std::countr_zero(hits) / 8;
            if (*at != '\t') return at;
            ++at;
        }
    }
    for (; at != end; ++at) {
        const auto byte = static_cast<unsigned char>(*at);
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) break;
    }
    return at;
}

Method method_named(std::string_view name) noexcept {
    if (name == "GET") return Method::get;
    if (name == "HEAD") return Method::head;
    if (name == "POST") return Method::post;
    if (name == "OPTIONS") return Method::options;
    return Method::other;
}

class HeadParser {
public:
    HeadParser(std::string_view input, RequestHead& head) noexcept
        : begin_(input.data()), at_(begin_), end_(begin_ + input.size()), head_(head) {}

    HeadResult parse() noexcept {
        if (!parse_request_line()) return result_;
        const char* fields = at_;
        while (!at_empty_line()) {
            if (result_.kind != Kind::complete || !parse_field()) return result_;
        }
        head_.fields = {fields, static_cast<std::size_t>(at_ - 2 - fields)};
        head_.size = static_cast<std::size_t>(at_ - begin_);
        check_the_whole();
        return result_;
    }

private:
    bool incomplete() noexcept {
        result_ = {Kind::incomplete};
        return false;
    }
    bool refuse(Status status) noexcept {
        result_ = {Kind::refused, status};
        return false;
    }

    bool parse_request_line() noexcept {
        if (at_ != end_ && *at_ == '\r' && !take_line_end()) return false;
        const char* method = at_;
        while (at_ != end_ && token_characters[static_cast<unsigned char>(*at_)]) ++at_;
        if (at_ == end_) return incomplete();
        if (*at_ != ' ' || at_ == method) return refuse(Status::bad_request);
        const std::string_view name(method, static_cast<std::size_t>(at_ - method));
        const char* target = ++at_;
        while (at_ != end_ && is_target_char(*at_)) ++at_;
        if (at_ == end_) return incomplete();
        if (*at_ != ' ' || at_ == target) return refuse(Status::bad_request);
        target_ = {target, static_cast<std::size_t>(at_ - target)};
        ++at_;
        if (!parse_version()) return false;
        if (name == "CONNECT") return refuse(Status::not_implemented);
        head_.method = method_named(name);
        return parse_target();
    }

    bool parse_version() noexcept {
        constexpr std::string_view form = "HTTP/d.d\r\n";
        if (static_cast<std::size_t>(end_ - at_) < form.size()) return incomplete();
        const bool well_formed = std::memcmp(at_, "HTTP/", 5) == 0 && is_digit(at_[5]) && at_[6] == '.' &&
                                 is_digit(at_[7]) && at_[8] == '\r' && at_[9] == '\n';
        if (!well_formed) return refuse(Status::bad_request);
        if (at_[5] != '1') return refuse(Status::version_not_supported);
        http_1_0_ = at_[7] == '0';
        head_.keep_alive = !http_1_0_;
        at_ += form.size();
        return true;
    }

    bool parse_target() noexcept {
        if (target_.front() == '/') {
            head_.path = target_.substr(0, target_.find('?'));
            return true;
        }
        if (target_ == "*" && head_.method == Method::options) {
            head_.path = target_;
            return true;
        }
        return parse_absolute_form();
    }

    /// Section 3.2.2: the target's authority stands in for the Host field, which must be there all the same.
    bool parse_absolute_form() noexcept {
        const std::size_t scheme_end = target_.find("://");
        if (scheme_end == std::string_view::npos) return refuse(Status::bad_request);
        const std::string_view scheme = target_.substr(0, scheme_end);
        if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
            return refuse(Status::bad_request);
        }
        const std::string_view rest = target_.substr(scheme_end + 3);
        const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
        head_.authority = rest.substr(0, authority_end);
        if (!is_authority(head_.authority)) return refuse(Status::bad_request);
        const std::string_view path_and_query = rest.substr(authority_end);
        head_.path = path_and_query.substr(0, path_and_query.find('?'));
        if (head_.path.empty()) head_.path = "/";
        return true;
    }

    /// Takes CR LF.
    bool take_line_end() noexcept {
        if (end_ - at_ < 2) return incomplete();
        if (at_[1] != '\n') return refuse(Status::bad_request);
        at_ += 2;
        return true;
    }

    bool at_empty_line() noexcept {
        if (at_ == end_) return incomplete();
        return *at_ == '\r' && take_line_end();
    }

    bool parse_field() noexcept {
        const char* name = at_;
        while (at_ != end_ && token_characters[static_cast<unsigned char>(*at_)]) ++at_;
        if (at_ == end_) return incomplete();
        if (*at_ != ':' || at_ == name) return refuse(Status::bad_request);
        const std::string_view field(name, static_cast<std::size_t>(at_ - name));
        const char* value = ++at_;
        at_ = find_control(at_, end_);
        if (at_ == end_) return incomplete();
        if (*at_ != '\r') return refuse(Status::bad_request);
        const std::string_view text = trim({value, static_cast<std::size_t>(at_ - value)});
        if (!take_line_end()) return false;
        if (++fields_ > RequestHead::max_fields) return refuse(Status::head_too_large);
        return take_field(field, text);
    }

    bool take_field(std::string_view name, std::string_view value) noexcept {
        switch (name.size()) {
            case 4:
                return !equals_ignoring_case(name, "host") || take_host(value);
            case 6:
                return !equals_ignoring_case(name, "expect") || take_expect(value);
            case 7:
                if (equals_ignoring_case(name, "referer")) head_.referer = value;
                return true;
            case 10:
                if (equals_ignoring_case(name, "user-agent")) head_.user_agent = value;
                if (equals_ignoring_case(name, "connection")) take_connection(value);
                return true;
            case 12:
                if (equals_ignoring_case(name, "content-type")) head_.content_type = value;
                return true;
            case 14:
                return !equals_ignoring_case(name, "content-length") || take_length(value);
            case 15:
                if (equals_ignoring_case(name, "accept-language")) head_.accept_language = value;
                return true;
            case 17:
                return !equals_ignoring_case(name, "transfer-encoding") || take_coding(value);
            default:
                return true;
        }
    }

    bool take_host(std::string_view value) noexcept {
        if (has_host_ || !is_authority(value)) return refuse(Status::bad_request);
        has_host_ = true;
        if (head_.authority.empty()) head_.authority = value;
        return true;
    }

    bool take_expect(std::string_view value) noexcept {
        if (http_1_0_) return true;
        head_.expects_continue = equals_ignoring_case(value, "100-continue");
        expectation_failed_ = !head_.expects_continue;
        return true;
    }

    void take_connection(std::string_view value) noexcept {
        while (!value.empty()) {
            if (equals_ignoring_case(next_element(value), "close")) head_.keep_alive = false;
        }
    }

    bool take_length(std::string_view value) noexcept {
        if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit))
            return refuse(Status::bad_request);
        std::uint64_t length = 0;
        for (const char digit : value) {
            // Saturates: whatever does not fit is far over every limit on bodies.
            if (length > UINT64_MAX / 16) break;
            length = length * 10 + static_cast<std::uint64_t>(digit - '0');
        }
        if (has_length_ && length != head_.content_length) return refuse(Status::bad_request);
        has_length_ = true;
        head_.content_length = length;
        return true;
    }

    bool take_coding(std::string_view value) noexcept {
        has_coding_ = true;
        while (!value.empty()) {
            const std::string_view coding = next_element(value);
            if (coding.empty()) continue;
            if (!equals_ignoring_case(coding, "chunked")) unknown_coding_ = true;
            if (head_.chunked) return refuse(Status::bad_request);
            head_.chunked = !unknown_coding_;
        }
        return true;
    }

    /// What can only be said once every field is known.
    void check_the_whole() noexcept {
        if (!has_host_ && !http_1_0_) {
            refuse(Status::bad_request);
        } else if (has_coding_ && (has_length_ || http_1_0_)) {
            refuse(Status::bad_request);
        } else if (unknown_coding_) {
            refuse(Status::not_implemented);
        } else if (has_coding_ && !head_.chunked) {
            refuse(Status::bad_request);
        } else if (expectation_failed_) {
            refuse(Status::expectation_failed);
        }
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    RequestHead& head_;
    HeadResult result_{Kind::complete};
    std::string_view target_;
    unsigned fields_ = 0;
    bool http_1_0_ = false;
    bool has_host_ = false;
    bool has_length_ = false;
    bool has_coding_ = false;
    bool unknown_coding_ = false;
    bool expectation_failed_ = false;
};

bool is_port(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    unsigned port = 0;
    for (const char digit : text) port = port * 10 + static_cast<unsigned>(digit - '0');
    return port <= 65535;
}

}  // namespace

HeadResult parse_head(std::string_view input, RequestHead& head) noexcept {
    head = RequestHead{};
    const HeadResult result = HeadParser(input.substr(0, RequestHead::max_bytes), head).parse();
    if (result.kind == Kind::incomplete && input.size() >= RequestHead::max_bytes) {
        return {Kind::refused, Status::head_too_large};
    }
    return result;
}

bool is_authority(std::string_view text) noexcept {
    std::size_t host_end = 0;
    if (text.starts_with('[')) {
        host_end = text.find(']');
        if (host_end == std::string_view::npos || host_end < 3) return false;
        const auto is_ipv6_char = [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
        if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(host_end),
                         is_ipv6_char)) {
            return false;
        }
        ++host_end;
    } else {
        while (host_end < text.size() &&
               (is_alpha(text[host_end]) || is_digit(text[host_end]) || text[host_end] == '.' ||
                text[host_end] == '-' || text[host_end] == '_')) {
            ++host_end;
        }
        if (host_end == 0) return false;
    }
    const std::string_view port = text.substr(host_end);
    return port.empty() || (port.front() == ':' && is_port(port.substr(1)));
}

}  // namespace urltrim::http
