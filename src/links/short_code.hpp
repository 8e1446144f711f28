#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

#include "base/random.hpp"

namespace urltrim::links {

/// The name of a link: 1 to 64 characters of [a-z0-9-]. Codes are case-insensitive; this is the
/// lower-case form, which is what is stored, answered and compared.
class ShortCode {
public:
    static constexpr std::size_t max_length = 64;

    /// The code that `text` names, or nothing if no code can have that name. Does not allocate.
    static std::optional<ShortCode> parse(std::string_view text) noexcept;

    /// A fresh code of `length` characters that nobody can guess: no `0 o 1 i l`, so that it survives
    /// being read aloud. 31 letters; every code of that length is equally likely.
    static ShortCode random(std::size_t length, RandomSource& source);

    std::string_view text() const noexcept { return {characters_.data(), length_}; }

    friend bool operator==(const ShortCode& a, const ShortCode& b) noexcept { return a.text() == b.text(); }
    friend auto operator<=>(const ShortCode& a, const ShortCode& b) noexcept { return a.text() <=> b.text(); }

private:
    ShortCode() = default;

    std::uint8_t length_ = 0;
    std::array<char, max_length> characters_;  // only the first length_ are ever read
};

}  // namespace urltrim::links

template <>
struct std::hash<urltrim::links::ShortCode> {
    std::size_t operator()(const urltrim::links::ShortCode& code) const noexcept {
        return std::hash<std::string_view>{}(code.text());
    }
};
