#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "clicks/click.hpp"

/// The bytes of a segment, as docs/journal_format.md has them: a file of 64-byte slots, little endian. Slot 0
/// is the header; every other slot is empty (all zero), a click, or a part of an interned string. The
/// CRC-32C that ends a slot is stored last and is its commit: a slot without a right CRC is no record.
///
/// The CRC of a slot goes on from the CRC of the segment's id, and a slot carries its own number, so a slot
/// that strayed from another segment or another place is not valid here.
namespace urltrim::journal {

inline constexpr std::size_t slot_size = 64;
inline constexpr std::uint16_t format_version = 1;

/// Where a slot's CRC stands, behind everything that it covers.
inline constexpr std::size_t crc_offset = slot_size - sizeof(std::uint32_t);

using SlotBytes = std::array<std::byte, slot_size>;

enum class SlotKind : std::uint8_t { click = 1, string = 2 };

/// | offset | size | field            |
/// |      0 |    8 | magic "URLTRIMJ" |
/// |      8 |    2 | format version   |
/// |     10 |    2 | slot size, 64    |
/// |     12 |    4 | slot count, this one included |
/// |     16 |   16 | segment id       |
/// |     32 |    8 | created, ms since 1970 UTC |
/// |     40 |   20 | zero             |
/// |     60 |    4 | CRC-32C of bytes 0 to 59 |
struct Header {
    std::array<char, 8> magic;
    std::uint16_t version;
    std::uint16_t slot_size;
    std::uint32_t slot_count;
    clicks::SegmentId id;
    std::int64_t created_ms;
    std::array<std::byte, 20> zero;
    std::uint32_t crc;
};
static_assert(sizeof(Header) == slot_size);

/// | offset | size | field                         |
/// |      0 |    4 | slot number                   |
/// |      4 |    1 | kind, 1                       |
/// |      5 |    1 | zero                          |
/// |      6 |    2 | flags, zero until they mean something |
/// |      8 |    8 | link id                       |
/// |     16 |    8 | time, ms since 1970 UTC       |
/// |     24 |    8 | client network, see clicks/client_network.hpp; 0 = unknown |
/// |     32 |    8 | keyed visitor hash, zero until something computes it |
/// |     40 |    4 | user agent: first slot of the string, 0 = none |
/// |     44 |    4 | referrer host: the same       |
/// |     48 |    4 | language: the same            |
/// |     52 |    8 | zero                          |
/// |     60 |    4 | CRC-32C of bytes 0 to 59, going on from the CRC-32C of the segment id |
struct ClickSlot {
    std::uint32_t slot;
    SlotKind kind;
    std::uint8_t zero_a;
    std::uint16_t flags;
    std::int64_t link;
    std::int64_t time_ms;
    std::uint64_t client_network;
    std::uint64_t visitor;
    std::uint32_t user_agent;
    std::uint32_t referrer_host;
    std::uint32_t language;
    std::uint32_t zero_b;
    std::uint32_t zero_c;
    std::uint32_t crc;
};
static_assert(sizeof(ClickSlot) == slot_size);

inline constexpr std::size_t text_per_slot = 52;
inline constexpr std::size_t max_string_slots = 5;
inline constexpr std::size_t max_string_bytes = text_per_slot * max_string_slots;

/// A string of n bytes (1 to 260) takes ceil(n / 52) slots in a row; its number is that of the first.
/// | offset | size | field                         |
/// |      0 |    4 | slot number                   |
/// |      4 |    1 | kind, 2                       |
/// |      5 |    1 | part: 0 for the first 52 bytes, and so on |
/// |      6 |    2 | length of the whole string in bytes |
/// |      8 |   52 | text, zero behind its end     |
/// |     60 |    4 | CRC-32C, as for a click       |
struct StringSlot {
    std::uint32_t slot;
    SlotKind kind;
    std::uint8_t part;
    std::uint16_t length;
    std::array<char, text_per_slot> text;
    std::uint32_t crc;
};
static_assert(sizeof(StringSlot) == slot_size);

/// A record needs at most its own slot and three new strings.
inline constexpr std::uint32_t max_slots_per_click = 1 + 3 * max_string_slots;

/// What the CRC of every slot of the segment `id` goes on from.
std::uint32_t crc_seed(const clicks::SegmentId& id) noexcept;

/// The CRC that commits `slot`: of all its bytes before the CRC itself. `slot` has slot_size bytes.
std::uint32_t slot_crc(std::span<const std::byte, slot_size> slot, std::uint32_t seed) noexcept;

Header make_header(const clicks::SegmentId& id, std::uint32_t slot_count, Clock::UtcTime created) noexcept;

/// Why a first slot is not a header this code can follow.
enum class BadHeader { damaged, newer_version };

/// Reads slot 0. A valid header of a later version answers `newer_version`: nothing else of it is looked at.
std::variant<Header, BadHeader> read_header(std::span<const std::byte, slot_size> slot) noexcept;

enum class SlotState {
    empty,  ///< all zero: never written
    click,
    string,
    damaged,  ///< something is there, and it is no record: torn, or its bytes have changed
};

/// What `slot`, which stands at place `number`, holds.
SlotState slot_state(std::span<const std::byte, slot_size> slot, std::uint32_t number,
                     std::uint32_t seed) noexcept;

/// The slot's content once slot_state() said what it is.
ClickSlot as_click(std::span<const std::byte, slot_size> slot) noexcept;

/// 32 lower-case hexadecimal digits, the name of a segment's file.
std::string to_hex(const clicks::SegmentId& id);

}  // namespace urltrim::journal
