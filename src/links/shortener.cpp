#include "links/shortener.hpp"

#include <algorithm>
#include <utility>

#include "base/unavailable.hpp"

namespace urltrim::links {
namespace {

/// Six characters of 31 are 887 million codes: two collisions in a row mean the space is filling up, so
/// after that each try is one character longer.
constexpr std::size_t tries_at_configured_length = 2;
constexpr std::size_t tries_in_all = 8;

ShortenRefusal refused(ShortenRefusal::Kind kind, std::string reason) {
    return {kind, std::move(reason)};
}

bool wants_random_code(const std::optional<std::string>& alias) {
    return !alias || alias->empty() || *alias == "string";
}

}  // namespace

Shortener::Shortener(LinkRepository& repository, Settings settings, AliasEpoch& epoch, RandomSource& random)
    : repository_(repository), settings_(std::move(settings)), epoch_(epoch), random_(random) {}

Task<std::variant<Shortened, ShortenRefusal>> Shortener::shorten(ShortenRequest request) {
    Checked<TargetUrl> target = TargetUrl::parse(request.url);
    if (!target) co_return refused(ShortenRefusal::Kind::url_refused, target.reason());
    if (auto refusal = refuse_target(target.value(), request.service_authority))
        co_return std::move(*refusal);
    if (wants_random_code(request.alias)) co_return co_await store_random(std::move(target).value());
    if (auto refusal = refuse_alias(*request.alias)) co_return std::move(*refusal);
    co_return co_await store_alias(std::move(*request.alias), std::move(target).value());
}

std::optional<ShortenRefusal> Shortener::refuse_target(const TargetUrl& target,
                                                       const std::string& authority) const {
    using Kind = ShortenRefusal::Kind;
    if (target.href().size() > TargetUrl::max_length) {
        return refused(Kind::url_too_long, "the url is longer than 8192 characters");
    }
    for (const std::string& own : {settings_.own_authority, authority}) {
        const std::optional<Origin> origin = Origin::parse(own);
        if (origin && target.leads_to(*origin)) {
            return refused(Kind::url_refused, "the url leads back to this service");
        }
    }
    if (settings_.deny_private_targets && target.is_private()) {
        return refused(Kind::url_refused, "the url leads to a private address");
    }
    return std::nullopt;
}

std::optional<ShortenRefusal> Shortener::refuse_alias(const std::string& alias) const {
    const std::optional<ShortCode> code = ShortCode::parse(alias);
    if (!code || alias.size() > settings_.alias_max_length) {
        return refused(ShortenRefusal::Kind::alias_invalid, "an alias is 1 to " +
                                                                std::to_string(settings_.alias_max_length) +
                                                                " characters of A-Z, a-z, 0-9 and -");
    }
    if (settings_.reserved.contains(code->text())) {
        return refused(ShortenRefusal::Kind::alias_reserved, "the alias is a word this service uses itself");
    }
    return std::nullopt;
}

Task<Shortener::Answer> Shortener::store_alias(std::string alias, TargetUrl target) {
    NewLink link{*ShortCode::parse(alias), std::move(target), true};
    Shortened shortened{link.code, link.target};
    const auto outcome = co_await repository_.insert(std::move(link));
    if (outcome == LinkRepository::Insert::code_taken) {
        co_return refused(ShortenRefusal::Kind::alias_taken, "another link has this alias");
    }
    epoch_.advance();
    co_return shortened;
}

Task<Shortener::Answer> Shortener::store_random(TargetUrl target) {
    std::size_t length = settings_.code_length;
    for (std::size_t attempt = 0; attempt < tries_in_all; ++attempt) {
        if (attempt >= tries_at_configured_length) length = std::min(length + 1, ShortCode::max_length);
        const ShortCode code = ShortCode::random(length, random_);
        if (settings_.reserved.contains(code.text())) continue;
        NewLink link{code, target, false};
        const auto outcome = co_await repository_.insert(std::move(link));
        if (outcome == LinkRepository::Insert::stored) {
            Shortened shortened{code, std::move(target)};
            co_return shortened;
        }
    }
    throw Unavailable("links", "found no free code");
}

}  // namespace urltrim::links
