#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "links/link.hpp"

namespace urltrim::links {

/// The links one io thread has seen lately, bounded in bytes: the least recently used go first. Lives on
/// one io thread; instant.
///
/// An entry answers for `ttl`, then it must be asked for again. It stays around as long as there is room,
/// so that a store that is away can be bridged with find_stale().
class LocalCache {
public:
    struct Hit {
        LinkId id;
        std::string_view target;  ///< valid until the next call that is not const
    };

    LocalCache(std::size_t max_bytes, std::chrono::nanoseconds ttl, const Clock& clock);
    ~LocalCache();
    LocalCache(const LocalCache&) = delete;
    LocalCache& operator=(const LocalCache&) = delete;

    /// What is younger than the TTL.
    std::optional<Hit> find(const ShortCode& code) noexcept;

    /// What was true at most `max_age` ago.
    std::optional<Hit> find_stale(const ShortCode& code, std::chrono::nanoseconds max_age) const noexcept;

    /// Replaces what was known of the code. A link that alone exceeds the bound is not kept.
    void remember(const Link& link);

    void forget(const ShortCode& code) noexcept;

    /// Heap bytes in use, allocator overhead and index included.
    std::size_t bytes() const noexcept { return bytes_; }
    std::size_t entries() const noexcept { return index_.size(); }
    std::size_t evictions() const noexcept { return evictions_; }

private:
    struct Entry;
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view code) const noexcept;
        std::size_t operator()(const Entry* entry) const noexcept;
    };
    struct Same {
        using is_transparent = void;
        bool operator()(std::string_view code, const Entry* entry) const noexcept;
        bool operator()(const Entry* entry, std::string_view code) const noexcept;
        bool operator()(const Entry* a, const Entry* b) const noexcept { return a == b; }
    };
    using Hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;
    using Index = boost::unordered_flat_set<Entry*, Hash, Same>;

    void drop(Entry* entry) noexcept;

    std::size_t max_bytes_;
    std::chrono::nanoseconds ttl_;
    const Clock& clock_;
    std::size_t bytes_ = 0;
    std::size_t evictions_ = 0;
    Index index_;
    boost::intrusive::list<Hook, boost::intrusive::constant_time_size<false>> by_use_;  // most recent first
};

/// Counts the aliases that this process has stored. Somebody who tries a name, finds it free and takes it
/// must not be told "no such link" afterwards: what was absent before the newest alias is asked for again.
/// (Nobody has asked for a random code before it is drawn.) Any thread.
class AliasEpoch {
public:
    std::uint64_t now() const noexcept { return stored_.load(std::memory_order_acquire); }
    void advance() noexcept { stored_.fetch_add(1, std::memory_order_release); }

private:
    std::atomic<std::uint64_t> stored_{0};
};

/// Codes that were looked up lately and do not exist. A cache of its own, of fixed size, so that somebody
/// who tries out codes cannot push links out of the other one. Lives on one io thread; instant.
class NegativeCache {
public:
    NegativeCache(std::size_t slots, std::chrono::nanoseconds ttl, const AliasEpoch& epoch,
                  const Clock& clock);

    bool contains(const ShortCode& code) const noexcept;

    /// `asked` is the epoch when the look-up began: an alias stored since then makes its answer worthless.
    void remember(const ShortCode& code, std::uint64_t asked);
    void forget(const ShortCode& code) noexcept;

private:
    struct Slot {
        ShortCode code;
        Clock::SteadyTime expires;
        std::uint64_t asked;
    };

    std::size_t place(const ShortCode& code) const noexcept;

    std::chrono::nanoseconds ttl_;
    const AliasEpoch& epoch_;
    const Clock& clock_;
    std::vector<std::optional<Slot>> slots_;
};

}  // namespace urltrim::links
