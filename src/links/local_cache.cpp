#include "links/local_cache.hpp"

#include <cstring>
#include <new>

namespace urltrim::links {

/// One allocation an entry: this head, then the code, then the target.
struct LocalCache::Entry : Hook {
    LinkId id;
    Clock::SteadyTime fetched;
    std::uint32_t target_length;
    std::uint8_t code_length;

    // The characters follow the head in the same allocation.
    char* characters() noexcept { return reinterpret_cast<char*>(this + 1); }
    const char* characters() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    std::string_view code() const noexcept { return {characters(), code_length}; }
    std::string_view target() const noexcept { return {characters() + code_length, target_length}; }

    static Entry* make(const Link& link, Clock::SteadyTime now) {
        const std::string_view code = link.code.text();
        const std::string_view target = link.target.href();
        void* memory = ::operator new(sizeof(Entry) + code.size() + target.size());
        Entry* entry = new (memory) Entry;
        entry->id = link.id;
        entry->fetched = now;
        entry->target_length = static_cast<std::uint32_t>(target.size());
        entry->code_length = static_cast<std::uint8_t>(code.size());
        std::memcpy(entry->characters(), code.data(), code.size());
        std::memcpy(entry->characters() + code.size(), target.data(), target.size());
        return entry;
    }

    /// What the entry costs: glibc adds 8 bytes and rounds up to 16; the index holds pointers at a load
    /// of 0.44 to 0.875 with one byte of metadata each, and twice that for a moment while it grows.
    std::size_t bytes() const noexcept {
        constexpr std::size_t index_bytes = 40;
        return ((sizeof(Entry) + code_length + target_length + 8 + 15) & ~std::size_t{15}) + index_bytes;
    }
};

std::size_t LocalCache::Hash::operator()(std::string_view code) const noexcept {
    return std::hash<std::string_view>{}(code);
}

std::size_t LocalCache::Hash::operator()(const Entry* entry) const noexcept {
    return (*this)(entry->code());
}

bool LocalCache::Same::operator()(std::string_view code, const Entry* entry) const noexcept {
    return code == entry->code();
}

bool LocalCache::Same::operator()(const Entry* entry, std::string_view code) const noexcept {
    return code == entry->code();
}

LocalCache::LocalCache(std::size_t max_bytes, std::chrono::nanoseconds ttl, const Clock& clock)
    : max_bytes_(max_bytes), ttl_(ttl), clock_(clock) {}

LocalCache::~LocalCache() {
    while (!by_use_.empty()) drop(static_cast<Entry*>(&by_use_.front()));
}

std::optional<LocalCache::Hit> LocalCache::find(const ShortCode& code) noexcept {
    const auto found = index_.find(code.text());
    if (found == index_.end()) return std::nullopt;
    Entry* entry = *found;
    if (clock_.steady() - entry->fetched >= ttl_) return std::nullopt;
    if (entry != &by_use_.front()) by_use_.splice(by_use_.begin(), by_use_, by_use_.iterator_to(*entry));
    return Hit{entry->id, entry->target()};
}

std::optional<LocalCache::Hit> LocalCache::find_stale(const ShortCode& code,
                                                      std::chrono::nanoseconds max_age) const noexcept {
    const auto found = index_.find(code.text());
    if (found == index_.end() || clock_.steady() - (*found)->fetched > max_age) return std::nullopt;
    return Hit{(*found)->id, (*found)->target()};
}

void LocalCache::remember(const Link& link) {
    forget(link.code);
    Entry* entry = Entry::make(link, clock_.steady());
    if (entry->bytes() > max_bytes_) {
        ::operator delete(entry);
        return;
    }
    while (bytes_ + entry->bytes() > max_bytes_) {
        drop(static_cast<Entry*>(&by_use_.back()));
        ++evictions_;
    }
    bytes_ += entry->bytes();
    by_use_.push_front(*entry);
    index_.insert(entry);
}

void LocalCache::forget(const ShortCode& code) noexcept {
    const auto found = index_.find(code.text());
    if (found != index_.end()) drop(*found);
}

void LocalCache::drop(Entry* entry) noexcept {
    index_.erase(entry);
    by_use_.erase(by_use_.iterator_to(*entry));
    bytes_ -= entry->bytes();
    entry->~Entry();
    ::operator delete(entry);
}

NegativeCache::NegativeCache(std::size_t slots, std::chrono::nanoseconds ttl, const AliasEpoch& epoch,
                             const Clock& clock)
    : ttl_(ttl), epoch_(epoch), clock_(clock), slots_(slots) {}

bool NegativeCache::contains(const ShortCode& code) const noexcept {
    const std::optional<Slot>& slot = slots_[place(code)];
    return slot && slot->code == code && slot->asked == epoch_.now() && clock_.steady() < slot->expires;
}

void NegativeCache::remember(const ShortCode& code, std::uint64_t asked) {
    slots_[place(code)] = Slot{code, clock_.steady() + ttl_, asked};
}

void NegativeCache::forget(const ShortCode& code) noexcept {
    std::optional<Slot>& slot = slots_[place(code)];
    if (slot && slot->code == code) slot.reset();
}

std::size_t NegativeCache::place(const ShortCode& code) const noexcept {
    return std::hash<ShortCode>{}(code) % slots_.size();
}

}  // namespace urltrim::links
