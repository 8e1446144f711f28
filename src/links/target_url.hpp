#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/checked.hpp"

namespace urltrim::links {

/// Where a link leads: an http(s) URL, parsed as browsers parse it (WHATWG URL Standard,
/// https://url.spec.whatwg.org/) and serialised. Pure ASCII, safe in a header.
class TargetUrl {
public:
    /// Accepts what the contract accepts; what it accepts has exactly the `href` of the standard. The
    /// refusal names the rule. Does not know the service's own address; ask `leads_to`.
    static Checked<TargetUrl> parse(std::string_view input);

    /// A URL that the store already holds, perhaps written by another program: kept as it is, except that
    /// bytes a header may not carry are percent-encoded.
    static TargetUrl from_store(std::string_view stored);

    const std::string& href() const noexcept { return href_; }

private:
    explicit TargetUrl(std::string href) : href_(std::move(href)) {}
    std::string href_;
};

}  // namespace urltrim::links
