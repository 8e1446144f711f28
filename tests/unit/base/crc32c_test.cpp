#include "base/crc32c.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace urltrim {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// The definition, a bit at a time.
std::uint32_t by_definition(std::span<const std::byte> input) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const std::byte byte : input) {
        crc ^= static_cast<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    }
    return ~crc;
}

TEST(Crc32c, gives_the_check_value_of_the_catalogues) {
    EXPECT_EQ(crc32c(bytes("123456789")), 0xE3069283U);
}

TEST(Crc32c, gives_the_examples_of_rfc_3720) {
    EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0x00})), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0xFF})), 0x62A8AB43U);
}

TEST(Crc32c, follows_its_definition_for_every_length_up_to_a_slot) {
    std::string text;
    for (int i = 0; i <= 64; ++i) {
        EXPECT_EQ(crc32c(bytes(text)), by_definition(bytes(text))) << i << " bytes";
        text += static_cast<char>(i * 37 + 11);
    }
}

TEST(Crc32c, goes_on_from_the_crc_of_what_came_before) {
    EXPECT_EQ(crc32c(bytes("56789"), crc32c(bytes("1234"))), crc32c(bytes("123456789")));
}

}  // namespace
}  // namespace urltrim
