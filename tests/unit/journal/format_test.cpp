#include "journal/format.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

namespace urltrim::journal {
namespace {

constexpr Clock::UtcTime noon{std::chrono::milliseconds{1'700'000'000'000}};

clicks::SegmentId id_of(unsigned char fill) {
    clicks::SegmentId id{};
    id.fill(std::byte{fill});
    return id;
}

SlotBytes committed_click(std::uint32_t number, std::uint32_t seed) {
    ClickSlot click{};
    click.slot = number;
    click.kind = SlotKind::click;
    click.link = 77;
    click.time_ms = 1'700'000'000'123;
    SlotBytes bytes = std::bit_cast<SlotBytes>(click);
    click.crc = slot_crc(bytes, seed);
    return std::bit_cast<SlotBytes>(click);
}

SlotBytes header_bytes(const Header& header) {
    return std::bit_cast<SlotBytes>(header);
}

TEST(Format, reads_the_header_it_has_made) {
    const auto read = read_header(header_bytes(make_header(id_of(7), 64, noon)));
    ASSERT_TRUE(std::holds_alternative<Header>(read));
    EXPECT_EQ(std::get<Header>(read).id, id_of(7));
    EXPECT_EQ(std::get<Header>(read).slot_count, 64U);
    EXPECT_EQ(std::get<Header>(read).created_ms, 1'700'000'000'000);
}

TEST(Format, takes_a_header_with_any_bit_flipped_for_damaged) {
    const SlotBytes good = header_bytes(make_header(id_of(7), 64, noon));
    for (std::size_t bit = 0; bit < 8 * slot_size; ++bit) {
        SlotBytes bytes = good;
        bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        const auto read = read_header(bytes);
        ASSERT_TRUE(std::holds_alternative<BadHeader>(read)) << "bit " << bit;
        EXPECT_EQ(std::get<BadHeader>(read), BadHeader::damaged) << "bit " << bit;
    }
}

TEST(Format, leaves_a_right_header_of_a_newer_version_alone) {
    Header header = make_header(id_of(7), 64, noon);
    header.version = format_version + 1;
    header.crc = slot_crc(header_bytes(header), 0);
    const auto read = read_header(header_bytes(header));
    ASSERT_TRUE(std::holds_alternative<BadHeader>(read));
    EXPECT_EQ(std::get<BadHeader>(read), BadHeader::newer_version);
}

TEST(Format, knows_a_click_by_its_place_and_its_segment) {
    const std::uint32_t seed = crc_seed(id_of(7));
    const SlotBytes slot = committed_click(5, seed);
    EXPECT_EQ(slot_state(slot, 5, seed), SlotState::click);
    EXPECT_EQ(as_click(slot).link, 77);
    EXPECT_EQ(slot_state(slot, 6, seed), SlotState::damaged);
    EXPECT_EQ(slot_state(slot, 5, crc_seed(id_of(8))), SlotState::damaged);
}

TEST(Format, takes_a_click_with_any_bit_flipped_for_damaged) {
    const std::uint32_t seed = crc_seed(id_of(7));
    const SlotBytes good = committed_click(5, seed);
    for (std::size_t bit = 0; bit < 8 * slot_size; ++bit) {
        SlotBytes bytes = good;
        bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        EXPECT_EQ(slot_state(bytes, 5, seed), SlotState::damaged) << "bit " << bit;
    }
}

TEST(Format, takes_a_slot_without_its_crc_for_torn_and_zeros_for_empty) {
    const std::uint32_t seed = crc_seed(id_of(7));
    SlotBytes slot = committed_click(5, seed);
    std::memset(slot.data() + 60, 0, 4);
    EXPECT_EQ(slot_state(slot, 5, seed), SlotState::damaged);
    EXPECT_EQ(slot_state(SlotBytes{}, 5, seed), SlotState::empty);
}

TEST(Format, writes_an_id_as_32_hexadecimal_digits) {
    clicks::SegmentId id{};
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::byte>(17 * i);
    EXPECT_EQ(to_hex(id), "00112233445566778899aabbccddeeff");
}

}  // namespace
}  // namespace urltrim::journal
