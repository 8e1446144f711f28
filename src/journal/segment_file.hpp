#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "journal/format.hpp"

/// Segment files and the system calls on them. Everything here blocks on the disk.
namespace urltrim::journal {

/// Owns a file descriptor.
class File {
public:
    File() = default;
    explicit File(int descriptor) noexcept : descriptor_(descriptor) {}
    File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    File& operator=(File&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~File();

    explicit operator bool() const noexcept { return descriptor_ >= 0; }
    int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_ = -1;
};

inline constexpr std::string_view segment_suffix = ".seg";
inline constexpr std::string_view unfinished_suffix = ".new";  ///< a segment that was still being made

/// A segment file that this process has locked: nobody else reads, drains or deletes it.
struct SegmentFile {
    std::filesystem::path path;
    File file;
    Header header;
};

/// Makes the segment `header.id` in `directory`: allocated in full, zero but for its header, locked, and on
/// disk by its final name, except that the name itself is only safe from a power cut after sync_directory().
/// Throws std::system_error (no space, over quota, over RLIMIT_FSIZE, …) and then leaves nothing behind. The
/// process must ignore SIGXFSZ.
SegmentFile make_segment_file(const std::filesystem::path& directory, const Header& header);

void sync_directory(const std::filesystem::path& directory);

/// Opens what an earlier process left behind and locks it.
struct LockedElsewhere {};
std::variant<SegmentFile, LockedElsewhere, BadHeader> take_over(const std::filesystem::path& path);

/// Whether a live process holds the lock of `file`. Any mode of opening will do.
bool is_locked(const File& file);

/// Reads slot 0; a file too short for one is damaged. Throws std::system_error.
std::variant<Header, BadHeader> read_header(const File& file);

/// Opens for reading only. Throws std::system_error.
File open_for_reading(const std::filesystem::path& path);

/// Fills `bytes` from `offset` on; what lies behind the end of the file reads as zero. Throws
/// std::system_error.
void read_at(const File& file, std::span<std::byte> bytes, std::uint64_t offset);

/// A whole segment looked through, slot by slot; damage does not stop it.
struct Census {
    std::uint32_t end = 1;  ///< one past the last valid slot
    std::uint32_t clicks = 0;
    std::uint32_t string_slots = 0;
    std::uint32_t voids = 0;    ///< slots before `end` that hold no valid record
    std::uint32_t torn = 0;     ///< slots from `end` on that hold something: begun and never committed
    std::int64_t first_ms = 0;  ///< time of the first click, 0 if there is none
    std::int64_t last_ms = 0;
};

/// Holes in the file are skipped, so that an untouched segment costs nothing. Throws std::system_error.
Census take_census(const File& file, const Header& header);

}  // namespace urltrim::journal
