#include "links/short_code.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace urltrim::links {
namespace {

TEST(ShortCode, is_the_same_in_any_case) {
    EXPECT_EQ(ShortCode::parse("My-Link7"), ShortCode::parse("mY-lINK7"));
    EXPECT_EQ(ShortCode::parse("My-Link7")->text(), "my-link7");
}

TEST(ShortCode, has_one_to_64_characters) {
    EXPECT_FALSE(ShortCode::parse(""));
    EXPECT_TRUE(ShortCode::parse("a"));
    EXPECT_TRUE(ShortCode::parse(std::string(64, 'z')));
    EXPECT_FALSE(ShortCode::parse(std::string(65, 'z')));
}

TEST(ShortCode, consists_of_letters_digits_and_hyphens) {
    std::set<char> accepted;
    for (int byte = 0; byte < 256; ++byte) {
        const char character = static_cast<char>(byte);
        if (ShortCode::parse(std::string(1, character))) accepted.insert(character);
    }
    const std::string expected = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    EXPECT_EQ(accepted, std::set<char>(expected.begin(), expected.end()));
}

TEST(ShortCode, drawn_at_random_has_no_letters_that_look_alike) {
    SystemRandom random;
    std::map<char, int> seen;
    for (int i = 0; i < 5000; ++i) {
        const ShortCode code = ShortCode::random(6, random);
        for (const char character : code.text()) ++seen[character];
    }
    for (const char confusing : {'0', 'o', '1', 'i', 'l', '-'}) EXPECT_EQ(seen.count(confusing), 0U);
    EXPECT_EQ(seen.size(), 31U);
}

TEST(ShortCode, drawn_at_random_favours_no_letter) {
    SystemRandom random;
    std::map<char, int> seen;
    constexpr int codes = 20'000;
    for (int i = 0; i < codes; ++i) {
        const ShortCode code = ShortCode::random(6, random);
        for (const char character : code.text()) ++seen[character];
    }
    const double expected = codes * 6 / 31.0;
    double chi_squared = 0;
    for (const auto& [character, count] : seen)
        chi_squared += (count - expected) * (count - expected) / expected;
    EXPECT_LT(chi_squared, 80);  // 30 degrees of freedom: exceeded by chance once in 500,000 runs
}

TEST(ShortCode, drawn_at_random_has_the_length_asked_for) {
    SystemRandom random;
    for (const std::size_t length : {1U, 6U, 33U, 64U}) {
        EXPECT_EQ(ShortCode::random(length, random).text().size(), length);
    }
}

}  // namespace
}  // namespace urltrim::links
