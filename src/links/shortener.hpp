#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "base/random.hpp"
#include "links/link_repository.hpp"
#include "links/local_cache.hpp"

namespace urltrim::links {

struct ShortenRequest {
    std::string url;
    std::optional<std::string>
        alias;  ///< nothing, "" and "string" (what Swagger UI fills in) mean a random code
    std::string service_authority;  ///< host[:port] the request was sent to; links back to it are refused
};

struct Shortened {
    ShortCode code;
    TargetUrl target;
};

struct ShortenRefusal {
    enum class Kind { alias_invalid, alias_reserved, alias_taken, url_too_long, url_refused };
    Kind kind;
    std::string reason;  ///< for a person, names the rule
};

/// Use case: from a URL to a stored link. Immutable, may be shared by all io threads.
class Shortener {
public:
    struct Settings {
        std::size_t code_length = 6;
        std::size_t alias_max_length = ShortCode::max_length;
        bool deny_private_targets = false;
        std::string own_authority;                    ///< host[:port] of BASE_URL, empty if there is none
        std::set<std::string, std::less<>> reserved;  ///< codes that name routes, lower case
    };

    Shortener(LinkRepository& repository, Settings settings, AliasEpoch& epoch, RandomSource& random);

    /// Completes once the link is durable. Throws Unavailable; then nothing was promised.
    Task<std::variant<Shortened, ShortenRefusal>> shorten(ShortenRequest request);

private:
    using Answer = std::variant<Shortened, ShortenRefusal>;

    std::optional<ShortenRefusal> refuse_target(const TargetUrl& target, const std::string& authority) const;
    std::optional<ShortenRefusal> refuse_alias(const std::string& alias) const;
    Task<Answer> store_alias(std::string alias, TargetUrl target);
    Task<Answer> store_random(TargetUrl target);

    LinkRepository& repository_;
    Settings settings_;
    AliasEpoch& epoch_;
    RandomSource& random_;
};

}  // namespace urltrim::links
