#include "links/short_code.hpp"

#include <algorithm>
#include <cassert>

namespace urltrim::links {
namespace {

constexpr std::string_view random_alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

/// '\0' for what no code contains.
constexpr std::array<char, 256> code_character = [] {
    std::array<char, 256> table{};
    for (char digit = '0'; digit <= '9'; ++digit) table[static_cast<unsigned char>(digit)] = digit;
    for (char letter = 'a'; letter <= 'z'; ++letter) {
        table[static_cast<unsigned char>(letter)] = letter;
        table[static_cast<unsigned char>(letter - 'a' + 'A')] = letter;
    }
    table[static_cast<unsigned char>('-')] = '-';
    return table;
}();

}  // namespace

std::optional<ShortCode> ShortCode::parse(std::string_view text) noexcept {
    if (text.empty() || text.size() > max_length) return std::nullopt;
    ShortCode code;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char lowered = code_character[static_cast<unsigned char>(text[i])];
        if (lowered == '\0') return std::nullopt;
        code.characters_[i] = lowered;
    }
    code.length_ = static_cast<std::uint8_t>(text.size());
    return code;
}

ShortCode ShortCode::random(std::size_t length, RandomSource& source) {
    assert(length >= 1 && length <= max_length);
    // A byte is used only if it falls below the largest multiple of 31, so that no letter is favoured.
    constexpr std::size_t fair_bytes = 256 / random_alphabet.size() * random_alphabet.size();
    ShortCode code;
    std::array<std::byte, 32> bytes;
    while (code.length_ < length) {
        source.fill(bytes);
        for (const std::byte byte : bytes) {
            const auto drawn = static_cast<std::size_t>(byte);
            if (drawn >= fair_bytes) continue;
            code.characters_[code.length_++] = random_alphabet[drawn % random_alphabet.size()];
            if (code.length_ == length) break;
        }
    }
    return code;
}

}  // namespace urltrim::links
