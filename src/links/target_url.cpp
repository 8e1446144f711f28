#include "links/target_url.hpp"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <optional>

#include "links/host.hpp"

// The URL parser of the standard is a state machine over code points for every scheme, with a base URL.
// For an absolute http(s) URL, after the repairs we refuse, it comes down to cutting the text at `//`, at
// the first of `/ ? #`, and so on; each part then has an encoding of its own. So this file reads like the
// grammar of a URL and looks at each byte about twice.

namespace urltrim::links {
namespace {

// --- Characters ---------------------------------------------------------------------------------------

/// What a byte asks for. The `encode_in_…` bits are the percent-encode sets of the standard
/// (https://url.spec.whatwg.org/#percent-encoded-bytes), query being the one of special schemes.
enum ByteClass : std::uint8_t {
    control = 1,
    backslash = 2,
    not_ascii = 4,
    encode_in_path = 8,
    encode_in_query = 16,
    encode_in_fragment = 32,
};

constexpr std::array<std::uint8_t, 256> byte_classes = [] {
    std::array<std::uint8_t, 256> table{};
    const auto mark = [&table](std::string_view characters, ByteClass byte_class) {
        for (const char c : characters) table[static_cast<unsigned char>(c)] |= byte_class;
    };
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = control;
    table[0x7f] = control;
    for (std::size_t c = 0x80; c < 256; ++c) {
        table[c] = not_ascii | encode_in_path | encode_in_query | encode_in_fragment;
    }
    mark("\\", backslash);
    mark(" \"#<>?^`{}", encode_in_path);
    mark(" \"#<>'", encode_in_query);
    mark(" \"<>`", encode_in_fragment);
    return table;
}();

std::uint8_t class_of(char c) {
    return byte_classes[static_cast<unsigned char>(c)];
}

void append_percent_encoded_byte(char byte, std::string& out) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(byte);
    const char escape[] = {'%', digits[value >> 4], digits[value & 15]};
    out.append(escape, sizeof escape);
}

void append_encoded(std::string_view text, ByteClass encode, std::string& out) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((class_of(text[i]) & encode) == 0) continue;
        out.append(text, begin, i - begin);
        append_percent_encoded_byte(text[i], out);
        begin = i + 1;
    }
    out.append(text, begin);
}

// --- Refusals that concern the whole text ------------------------------------------------------------

enum class Utf8 { fine, malformed, has_control };

/// Looks at what lies beyond ASCII: U+0080 to U+009F are controls too.
Utf8 inspect_utf8(std::string_view text) {
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 code_point = 0;
        // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): a macro of ICU
        U8_NEXT(text.data(), i, size, code_point);
        if (code_point < 0) return Utf8::malformed;
        if (code_point >= 0x80 && code_point < 0xa0) return Utf8::has_control;
    }
    return Utf8::fine;
}

std::optional<Refusal> refuse_characters(std::string_view text) {
    if (text.starts_with(' ') || text.ends_with(' '))
        return Refusal{"the url begins or ends with white space"};
    std::uint8_t classes = 0;
    for (const char c : text) classes |= class_of(c);
    const Utf8 utf8 = (classes & not_ascii) != 0 ? inspect_utf8(text) : Utf8::fine;
    if (utf8 == Utf8::malformed) return Refusal{"the url is not valid utf-8"};
    if ((classes & control) != 0 || utf8 == Utf8::has_control) {
        return Refusal{"the url contains a control character"};
    }
    if ((classes & backslash) != 0) return Refusal{"the url contains a backslash"};
    return std::nullopt;
}

// --- The parts, in the order in which they appear ----------------------------------------------------

struct Scheme {
    std::string_view name;  ///< with its colon
    std::uint16_t default_port;
};

constexpr Scheme http{"http:", 80};
constexpr Scheme https{"https:", 443};

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_case) {
    const auto same = [](char c, char lower) { return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == lower; };
    return text.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                                                          [&](char lower, char c) { return same(c, lower); });
}

std::optional<Scheme> scheme_of(std::string_view text) {
    for (const Scheme& scheme : {http, https}) {
        if (starts_with_ignoring_case(text, scheme.name)) return scheme;
    }
    return std::nullopt;
}

std::optional<Refusal> append_authority(std::string_view text, const Scheme& scheme, std::string& out) {
    if (text.find('@') != std::string_view::npos) {
        return Refusal{"the url contains a user name or password"};
    }
    const auto [host, port_digits] = split_authority(text);
    if (host.empty()) return Refusal{"the url has no host"};
    if (!append_host(host, out)) return Refusal{"the url has an invalid host"};
    if (port_digits.empty()) return std::nullopt;

    const std::optional<std::uint16_t> port = parse_port(port_digits);
    if (!port) return Refusal{"the url has an invalid port"};
    if (*port != scheme.default_port) out += ':' + std::to_string(*port);
    return std::nullopt;
}

/// The number of dots if `segment` consists of one or two, each as `.` or `%2e`; otherwise 0.
int count_dots(std::string_view segment) {
    int dots = 0;
    while (!segment.empty() && dots < 3) {
        const bool escaped = starts_with_ignoring_case(segment, "%2e");
        if (!escaped && segment.front() != '.') return 0;
        segment.remove_prefix(escaped ? 3 : 1);
        ++dots;
    }
    return dots < 3 ? dots : 0;
}

/// `path` is empty or starts with `/`. What is written always starts with one.
void append_path(std::string_view path, std::string& out) {
    const std::size_t start = out.size();
    if (path.empty()) out += '/';
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t length = std::min(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, length);
        path.remove_prefix(length);

        const int dots = count_dots(segment);
        if (dots == 2 && out.size() > start) out.resize(out.rfind('/'));
        if (dots == 0) {
            out += '/';
            append_encoded(segment, encode_in_path, out);
        } else if (path.empty()) {
            out += '/';
        }
    }
}

/// Cuts `text` off at the first of `delimiters` and returns what came before. One memchr per delimiter:
/// find_first_of makes one per character.
std::string_view take_until(std::string_view& text, std::string_view delimiters) {
    std::string_view taken = text;
    for (const char delimiter : delimiters) taken = taken.substr(0, taken.find(delimiter));
    text.remove_prefix(taken.size());
    return taken;
}

// --- Reading a serialised URL ------------------------------------------------------------------------

std::string_view authority_of(std::string_view href) {
    const std::size_t slashes = href.find("//");
    if (slashes == std::string_view::npos) return {};
    href.remove_prefix(slashes + 2);
    const std::string_view authority = take_until(href, "/?#");
    return authority.substr(authority.rfind('@') + 1);  // only a URL from another program has an `@`
}

}  // namespace

Checked<TargetUrl> TargetUrl::parse(std::string_view input) {
    if (auto refusal = refuse_characters(input)) return std::move(*refusal);
    const std::optional<Scheme> scheme = scheme_of(input);
    if (!scheme) return Refusal{"the url does not start with http:// or https://"};
    std::string_view rest = input.substr(scheme->name.size());
    if (!rest.starts_with("//")) return Refusal{"the url lacks // after the scheme"};
    rest.remove_prefix(2);

    std::string href;
    href.reserve(input.size() + 8);
    href += scheme->name;
    href += "//";
    if (auto refusal = append_authority(take_until(rest, "/?#"), *scheme, href)) return std::move(*refusal);
    append_path(take_until(rest, "?#"), href);
    if (rest.starts_with('?')) append_encoded(take_until(rest, "#"), encode_in_query, href);
    if (rest.starts_with('#')) append_encoded(rest, encode_in_fragment, href);
    return TargetUrl(std::move(href));
}

std::optional<TargetUrl> TargetUrl::from_store(std::string_view stored) {
    const std::optional<Scheme> scheme = scheme_of(stored);
    if (!scheme || stored.substr(scheme->name.size(), 2) != "//") return std::nullopt;
    if (stored.size() == scheme->name.size() + 2) return std::nullopt;
    std::string href;
    href.reserve(stored.size());
    for (const char c : stored) {
        if (c > ' ' && c < 0x7f) {
            href += c;
        } else {
            append_percent_encoded_byte(c, href);
        }
    }
    return TargetUrl(std::move(href));
}

std::string_view TargetUrl::host() const noexcept {
    return split_authority(authority_of(href_)).host;
}

std::uint16_t TargetUrl::port() const noexcept {
    const std::string_view digits = split_authority(authority_of(href_)).port;
    if (const std::optional<std::uint16_t> port = parse_port(digits)) return *port;
    return href_.starts_with(https.name) ? https.default_port : http.default_port;
}

bool TargetUrl::is_private() const noexcept {
    return is_private_host(host());
}

}  // namespace urltrim::links
