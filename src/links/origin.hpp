#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace urltrim::links {

/// A host and port in a form that can be compared, to answer "does this URL lead back to us?". Equal are
/// all spellings of the same host (case, trailing dot, IP notation, IPv4-mapped IPv6, punycode). The
/// scheme is left out and ports 80 and 443 count as one, because a proxy in front of the service may turn
/// either into the other. A value; any thread.
class Origin {
public:
    /// What follows `//` in a URL, or what a `Host` header carries: `host` or `host:port`. Nothing if that
    /// is no host. No port means 80.
    static std::optional<Origin> parse(std::string_view authority);

    /// `canonical_host` as append_host writes it.
    Origin(std::string_view canonical_host, std::uint16_t port);

    friend bool operator==(const Origin&, const Origin&) = default;

private:
    std::string host_;
    std::uint16_t port_;
};

}  // namespace urltrim::links
