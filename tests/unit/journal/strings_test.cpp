#include "journal/strings.hpp"

#include <gtest/gtest.h>

#include <string>

#include "journal/format.hpp"

namespace urltrim::journal {
namespace {

void take(Strings& strings, const std::string& text, std::uint32_t slot) {
    const Strings::Place place = strings.look_up(text);
    ASSERT_TRUE(place.has_room);
    strings.remember(place, text, slot);
}

TEST(Strings, remembers_in_which_slot_a_string_is) {
    Strings strings(16);
    take(strings, "curl/8", 3);
    take(strings, "curl/9", 4);
    EXPECT_EQ(strings.look_up("curl/8").slot, 3U);
    EXPECT_EQ(strings.look_up("curl/9").slot, 4U);
    EXPECT_EQ(strings.look_up("curl").slot, 0U);
}

TEST(Strings, tells_long_strings_with_a_common_beginning_apart) {
    Strings strings(16);
    const std::string long_text(max_string_bytes, 'a');
    take(strings, long_text, 3);
    EXPECT_EQ(strings.look_up(long_text).slot, 3U);
    EXPECT_EQ(strings.look_up(std::string(max_string_bytes - 1, 'a')).slot, 0U);
}

TEST(Strings, takes_no_more_than_its_segment_has_room_for) {
    Strings strings(16);
    strings.start_segment(2);
    take(strings, "a", 1);
    take(strings, "b", 2);
    EXPECT_FALSE(strings.look_up("c").has_room);
    EXPECT_EQ(strings.look_up("a").slot, 1U);
}

TEST(Strings, forgets_everything_with_a_new_segment) {
    Strings strings(16);
    take(strings, "a", 1);
    strings.start_segment(16);
    EXPECT_EQ(strings.look_up("a").slot, 0U);
    EXPECT_TRUE(strings.look_up("a").has_room);
}

}  // namespace
}  // namespace urltrim::journal
