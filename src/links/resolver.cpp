#include "links/resolver.hpp"

#include <string>

#include "base/unavailable.hpp"

namespace urltrim::links {

Resolver::Resolver(LinkRepository& repository, const Settings& settings, const AliasEpoch& epoch,
                   const Clock& clock)
    : repository_(repository),
      epoch_(epoch),
      stale_limit_(settings.stale_limit),
      cache_(settings.cache_bytes, settings.cache_ttl, clock),
      absent_(settings.negative_slots, settings.negative_ttl, epoch, clock) {}

Task<std::optional<Link>> Resolver::resolve(ShortCode code) {
    if (const auto hit = find_cached(code)) {
        co_return Link{hit->id, code, *TargetUrl::from_store(hit->target)};
    }
    if (absent_.contains(code)) {
        ++stats_.negative_hits;
        co_return std::nullopt;
    }
    if (in_flight_.contains(code)) co_return co_await join(code);
    co_return co_await fetch(code);
}

Task<std::optional<Link>> Resolver::join(ShortCode code) {
    ++stats_.joined;
    auto wait = [&](runtime::Completion<std::optional<Link>> done) {
        in_flight_.find(code)->second.push_back(std::move(done));
    };
    co_return co_await runtime::suspended<std::optional<Link>>(wait);
}

/// Asks the repository on behalf of everybody who wants this code meanwhile.
Task<std::optional<Link>> Resolver::fetch(ShortCode code) {
    ++stats_.misses;
    in_flight_.try_emplace(code);
    const std::uint64_t asked = epoch_.now();
    std::optional<Link> link;
    std::exception_ptr failure;
    try {
        link = co_await repository_.find(code);
        learn(code, link, asked);
    } catch (const Unavailable&) {
        link = bridge(code);
        if (link) {
            ++stats_.stale;
        } else {
            failure = std::current_exception();
        }
    }
    auto flight = in_flight_.extract(code);
    for (auto& waiter : flight.mapped()) failure ? waiter.fail(failure) : waiter.set(link);
    if (failure) std::rethrow_exception(failure);
    co_return link;
}

void Resolver::learn(const ShortCode& code, const std::optional<Link>& link, std::uint64_t asked) {
    if (link) {
        cache_.remember(*link);
        absent_.forget(code);
    } else {
        cache_.forget(code);
        absent_.remember(code, asked);
    }
}

std::optional<Link> Resolver::bridge(const ShortCode& code) const {
    const auto stale = cache_.find_stale(code, stale_limit_);
    if (!stale) return std::nullopt;
    return Link{stale->id, code, *TargetUrl::from_store(stale->target)};
}

Resolver::Stats Resolver::stats() const noexcept {
    Stats stats = stats_;
    stats.evictions = cache_.evictions();
    stats.cache_bytes = cache_.bytes();
    stats.cache_entries = cache_.entries();
    return stats;
}

}  // namespace urltrim::links
