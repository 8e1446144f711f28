#include "journal/strings.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include "journal/format.hpp"

namespace urltrim::journal {
namespace {

constexpr std::size_t longest_probe = 8;

}  // namespace

Strings::Strings(std::size_t max_strings)
    : entries_(2 * std::bit_ceil(max_strings)),
      texts_(new char[entries_.size() * max_string_bytes]),
      mask_(entries_.size() - 1),
      room_(max_strings) {}

void Strings::start_segment(std::size_t max_strings) noexcept {
    std::fill(entries_.begin(), entries_.end(), Entry{});
    room_ = std::min(max_strings, entries_.size() / 2);
}

const char* Strings::text_of(std::size_t entry) const noexcept {
    return texts_.get() + entry * max_string_bytes;
}

Strings::Place Strings::look_up(std::string_view text) const noexcept {
    const std::uint64_t hash = std::hash<std::string_view>{}(text);
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        const std::size_t index = (hash + probe) & mask_;
        const Entry& entry = entries_[index];
        if (entry.slot == 0) return {0, room_ > 0, index, hash};
        if (entry.hash == hash && entry.length == text.size() &&
            std::memcmp(text_of(index), text.data(), text.size()) == 0) {
            return {entry.slot};
        }
    }
    return {};
}

void Strings::remember(const Place& place, std::string_view text, std::uint32_t slot) noexcept {
    entries_[place.entry] = {place.hash, slot, static_cast<std::uint32_t>(text.size())};
    std::memcpy(texts_.get() + place.entry * max_string_bytes, text.data(), text.size());
    --room_;
}

}  // namespace urltrim::journal
