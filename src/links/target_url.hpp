#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/checked.hpp"
#include "links/origin.hpp"

namespace urltrim::links {

/// Where a link leads: an http(s) URL, parsed as browsers parse it (WHATWG URL Standard,
/// https://url.spec.whatwg.org/) and serialised. Pure ASCII, safe in a header.
///
/// One string; host and port are read off it when asked for. A value; any thread.
class TargetUrl {
public:
    /// The longest `href` the service stores. Not a rule of parse(): it has an answer of its own.
    static constexpr std::size_t max_length = 8192;

    /// `input` is UTF-8. Accepts what docs/http_api.md says; what it accepts has exactly the `href` of the
    /// standard. The refusal names the rule. Does not know the service's own address; ask leads_to().
    /// Throws Unavailable if the host is internationalised and ICU's tables are not installed.
    static Checked<TargetUrl> parse(std::string_view input);

    /// A URL that the store already holds, perhaps written by another program: kept as it is, except that
    /// bytes a header may not carry are percent-encoded. Nothing if it does not begin with `http://` or
    /// `https://` and a character more: nobody is sent to such a place.
    static std::optional<TargetUrl> from_store(std::string_view stored);

    const std::string& href() const noexcept { return href_; }

    /// As it stands in href: a lower-case domain, `127.0.0.1` or `[::1]`.
    std::string_view host() const noexcept;

    /// The port a browser would connect to.
    std::uint16_t port() const noexcept;

    /// Whether the host is `localhost`, below it, or a private address in any spelling. Names are not
    /// looked up.
    bool is_private() const noexcept;

    bool leads_to(const Origin& origin) const { return Origin(host(), port()) == origin; }

private:
    explicit TargetUrl(std::string href) : href_(std::move(href)) {}
    std::string href_;
};

}  // namespace urltrim::links
