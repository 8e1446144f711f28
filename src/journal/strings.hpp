#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace urltrim::journal {

/// Which strings a segment already holds, and in which slots. One writer's, one thread's.
///
/// Everything is allocated up front, so a look-up never allocates, hit or miss. The number of strings is
/// bounded, and so is the length of a probe: what finds no place stays unknown, however a client
/// chooses its user agents.
class Strings {
public:
    /// Room for `max_strings`, a power of two.
    explicit Strings(std::size_t max_strings);

    /// Forgets everything; from now on at most `max_strings` are taken (never more than in the constructor).
    void start_segment(std::size_t max_strings) noexcept;

    /// The answer of look_up(): where the string is, or where it would go.
    struct Place {
        std::uint32_t slot = 0;  ///< of the string's first part, 0 if it is not known
        bool has_room = false;   ///< it is not known, and may be remembered
        std::size_t entry = 0;   ///< for remember()
        std::uint64_t hash = 0;  ///< for remember()
    };
    Place look_up(std::string_view text) const noexcept;

    /// From now on `text` is known to be at `slot`. At most max_string_bytes long.
    void remember(const Place& place, std::string_view text, std::uint32_t slot) noexcept;

private:
    struct Entry {
        std::uint64_t hash;
        std::uint32_t slot;  // 0 = free
        std::uint32_t length;
    };

    const char* text_of(std::size_t entry) const noexcept;

    std::vector<Entry> entries_;
    std::unique_ptr<char[]> texts_;  // a place per entry; the kernel backs only what is used
    std::size_t mask_;
    std::size_t room_ = 0;
};

}  // namespace urltrim::journal
