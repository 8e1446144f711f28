#include "journal/format.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "base/crc32c.hpp"

namespace urltrim::journal {

static_assert(std::endian::native == std::endian::little,
              "segments are little endian and written by copying");

namespace {

constexpr std::array<char, 8> segment_magic{'U', 'R', 'L', 'T', 'R', 'I', 'M', 'J'};

std::uint32_t stored_crc(std::span<const std::byte, slot_size> slot) noexcept {
    std::uint32_t crc = 0;
    std::memcpy(&crc, slot.data() + crc_offset, sizeof crc);
    return crc;
}

bool all_zero(std::span<const std::byte> bytes) noexcept {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

std::uint32_t crc_seed(const clicks::SegmentId& id) noexcept {
    return crc32c(id);
}

std::uint32_t slot_crc(std::span<const std::byte, slot_size> slot, std::uint32_t seed) noexcept {
    return crc32c(slot.first<crc_offset>(), seed);
}

Header make_header(const clicks::SegmentId& id, std::uint32_t slot_count, Clock::UtcTime created) noexcept {
    Header header{};
    header.magic = segment_magic;
    header.version = format_version;
    header.slot_size = slot_size;
    header.slot_count = slot_count;
    header.id = id;
    header.created_ms = created.time_since_epoch().count();
    header.crc = slot_crc(std::bit_cast<SlotBytes>(header), 0);
    return header;
}

std::variant<Header, BadHeader> read_header(std::span<const std::byte, slot_size> slot) noexcept {
    Header header{};
    std::memcpy(&header, slot.data(), slot_size);
    if (header.magic != segment_magic || header.crc != slot_crc(slot, 0)) return BadHeader::damaged;
    if (header.version > format_version) return BadHeader::newer_version;
    if (header.version != format_version || header.slot_size != slot_size) return BadHeader::damaged;
    return header;
}

SlotState slot_state(std::span<const std::byte, slot_size> slot, std::uint32_t number,
                     std::uint32_t seed) noexcept {
    ClickSlot head{};
    std::memcpy(&head, slot.data(), slot_size);
    const bool known = head.kind == SlotKind::click || head.kind == SlotKind::string;
    if (known && head.slot == number && stored_crc(slot) == slot_crc(slot, seed)) {
        return head.kind == SlotKind::click ? SlotState::click : SlotState::string;
    }
    return all_zero(slot) ? SlotState::empty : SlotState::damaged;
}

ClickSlot as_click(std::span<const std::byte, slot_size> slot) noexcept {
    ClickSlot click{};
    std::memcpy(&click, slot.data(), slot_size);
    return click;
}

std::string to_hex(const clicks::SegmentId& id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * id.size());
    for (const std::byte byte : id) {
        hex += digits[std::to_integer<std::size_t>(byte >> 4)];
        hex += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return hex;
}

}  // namespace urltrim::journal
