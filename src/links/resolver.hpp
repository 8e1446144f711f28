#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "links/link_repository.hpp"
#include "links/local_cache.hpp"
#include "runtime/completion.hpp"

namespace urltrim::links {

/// Use case: from a code to where it leads. One per io thread, used only there.
///
///     local cache ─miss─▶ negative cache ─miss─▶ repository (single flight)
///
/// A row that another program changed is seen when its cache entry is older than the TTL. While the
/// repository is away, what the local cache still holds is answered although it is older.
class Resolver {
public:
    struct Settings {
        std::size_t cache_bytes = std::size_t{64} << 20;
        std::chrono::nanoseconds cache_ttl = std::chrono::seconds(5);
        std::size_t negative_slots = 512;
        std::chrono::nanoseconds negative_ttl = std::chrono::seconds(2);
        std::chrono::nanoseconds stale_limit = std::chrono::hours(24);
    };

    struct Stats {
        std::uint64_t hits = 0;           ///< answered from the local cache
        std::uint64_t negative_hits = 0;  ///< answered "no such link" from memory
        std::uint64_t misses = 0;         ///< asked of the repository
        std::uint64_t joined = 0;         ///< waited for a look-up that was already under way
        std::uint64_t stale = 0;          ///< answered from the cache because the repository was away
        std::uint64_t evictions = 0;
        std::size_t cache_bytes = 0;
        std::size_t cache_entries = 0;
    };

    Resolver(LinkRepository& repository, const Settings& settings, const AliasEpoch& epoch,
             const Clock& clock);
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// What the local cache knows now. Instant; the view is valid until the next call or suspension.
    std::optional<LocalCache::Hit> find_cached(const ShortCode& code) noexcept {
        auto hit = cache_.find(code);
        if (hit) ++stats_.hits;
        return hit;
    }

    /// The link named `code`, from wherever it is known, or nothing if there is none. Throws Unavailable
    /// when only the repository could say and it does not.
    Task<std::optional<Link>> resolve(ShortCode code);

    Stats stats() const noexcept;

private:
    using Waiters = std::vector<runtime::Completion<std::optional<Link>>>;

    Task<std::optional<Link>> join(ShortCode code);
    Task<std::optional<Link>> fetch(ShortCode code);
    void learn(const ShortCode& code, const std::optional<Link>& link, std::uint64_t asked);
    std::optional<Link> bridge(const ShortCode& code) const;

    LinkRepository& repository_;
    const AliasEpoch& epoch_;
    std::chrono::nanoseconds stale_limit_;
    LocalCache cache_;
    NegativeCache absent_;
    std::unordered_map<ShortCode, Waiters> in_flight_;
    Stats stats_;
};

}  // namespace urltrim::links
