#include "journal/segment_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/failpoint.hpp"

namespace urltrim::journal {
namespace {

constexpr std::size_t census_slots = 4096;

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

/// Throws if the step failed, or if a test wants it to have failed for want of space.
void check_step(bool succeeded, std::string_view crash_point, const char* step) {
    if (!succeeded) fail(errno, step);
    if (failpoint(crash_point) == Fault::error) fail(ENOSPC, step);
}

void check_regular(const File& file) {
    struct stat status{};
    if (::fstat(file.descriptor(), &status) != 0) fail(errno, "look at segment");
    if (!S_ISREG(status.st_mode)) fail(EINVAL, "not a regular file");
}

bool try_lock(const File& file) {
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(file.descriptor(), F_OFD_SETLK, &whole) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    fail(errno, "lock");
}

/// The journal leaves some of the disk to the store beside it: without this check every attempt to allocate
/// would take the last free block for a moment.
bool has_room(const File& file, std::size_t bytes) {
    struct statvfs disk{};
    if (::fstatvfs(file.descriptor(), &disk) != 0) return true;  // then the allocation says
    const std::size_t spare = std::min<std::size_t>(bytes / 4, 16 << 20);
    return std::uint64_t{disk.f_bavail} * disk.f_frsize >= bytes + spare;
}

bool allocate(const File& file, std::size_t bytes) {
    if (!has_room(file, bytes)) {
        errno = ENOSPC;
        return false;
    }
    do {
        errno = ::posix_fallocate(file.descriptor(), 0, static_cast<off_t>(bytes));
    } while (errno == EINTR);
    return errno == 0;
}

/// Takes an unfinished file away again unless it was finished.
class Unfinished {
public:
    explicit Unfinished(std::filesystem::path path) : path_(std::move(path)) {}
    ~Unfinished() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;

    void now_at(std::filesystem::path path) { path_ = std::move(path); }
    void finished() { path_.clear(); }

private:
    std::filesystem::path path_;
};

/// The next stretch of the file, from `offset` on, that is not a hole; {size, size} if there is none.
std::pair<std::uint64_t, std::uint64_t> next_data(const File& file, std::uint64_t offset,
                                                  std::uint64_t size) {
    const off_t begin = ::lseek(file.descriptor(), static_cast<off_t>(offset), SEEK_DATA);
    if (begin < 0) {
        if (errno == ENXIO) return {size, size};
        return {offset, size};  // this file system knows no holes
    }
    const off_t end = ::lseek(file.descriptor(), begin, SEEK_HOLE);
    return {std::min<std::uint64_t>(static_cast<std::uint64_t>(begin), size),
            end < 0 ? size : std::min<std::uint64_t>(static_cast<std::uint64_t>(end), size)};
}

class Counting {
public:
    explicit Counting(const Header& header) : seed_(crc_seed(header.id)) {}

    void look_at(std::span<const std::byte, slot_size> slot, std::uint32_t number) {
        const SlotState state = slot_state(slot, number, seed_);
        if (state == SlotState::damaged) ++damaged_;
        if (state != SlotState::click && state != SlotState::string) return;
        ++valid_;
        damaged_before_end_ = damaged_;
        census_.end = number + 1;
        if (state == SlotState::string) return;
        ++census_.clicks;
        census_.last_ms = as_click(slot).time_ms;
        if (census_.clicks == 1) census_.first_ms = census_.last_ms;
    }

    Census result() const {
        Census census = census_;
        census.string_slots = valid_ - census.clicks;
        census.voids = census.end - 1 - valid_;
        census.torn = damaged_ - damaged_before_end_;
        return census;
    }

private:
    std::uint32_t seed_;
    Census census_;
    std::uint32_t valid_ = 0;
    std::uint32_t damaged_ = 0;
    std::uint32_t damaged_before_end_ = 0;
};

}  // namespace

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

SegmentFile make_segment_file(const std::filesystem::path& directory, const Header& header) {
    const std::string name = to_hex(header.id);
    const std::filesystem::path temporary = directory / (name + std::string(unfinished_suffix));
    const std::filesystem::path final_path = directory / (name + std::string(segment_suffix));

    File file(::open(temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0640));
    if (!file) fail(errno, "create segment");
    Unfinished unfinished(temporary);
    check_step(true, "journal.segment.created", "create segment");
    if (!try_lock(file)) fail(EAGAIN, "lock new segment");

    const bool allocated = allocate(file, header.slot_count * slot_size);
    check_step(allocated, "journal.segment.allocated", "allocate segment");

    const ssize_t written = ::pwrite(file.descriptor(), &header, slot_size, 0);
    check_step(written == ssize_t{slot_size}, "journal.segment.header_written", "write header");

    const bool synced = ::fdatasync(file.descriptor()) == 0;
    check_step(synced, "journal.segment.synced", "sync new segment");

    if (::rename(temporary.c_str(), final_path.c_str()) != 0) fail(errno, "rename segment");
    unfinished.now_at(final_path);
    check_step(true, "journal.segment.ready", "rename segment");
    unfinished.finished();
    return {final_path, std::move(file), header};
}

void sync_directory(const std::filesystem::path& directory) {
    const File opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened || ::fsync(opened.descriptor()) != 0) fail(errno, "sync journal directory");
}

std::variant<SegmentFile, LockedElsewhere, BadHeader> take_over(const std::filesystem::path& path) {
    File file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!file) fail(errno, "open segment");
    check_regular(file);
    if (!try_lock(file)) return LockedElsewhere{};
    const auto header = read_header(file);
    if (const BadHeader* bad = std::get_if<BadHeader>(&header)) return *bad;
    const Header& good = std::get<Header>(header);
    if (path.stem().string() != to_hex(good.id))
        return BadHeader::damaged;  // a copy, or not ours: leave it alone
    return SegmentFile{path, std::move(file), good};
}

bool is_locked(const File& file) {
    struct flock probe{};
    probe.l_type = F_WRLCK;
    probe.l_whence = SEEK_SET;
    if (::fcntl(file.descriptor(), F_OFD_GETLK, &probe) != 0) fail(errno, "test lock");
    return probe.l_type != F_UNLCK;
}

std::variant<Header, BadHeader> read_header(const File& file) {
    SlotBytes slot{};
    read_at(file, slot, 0);
    return read_header(std::span<const std::byte, slot_size>(slot));
}

File open_for_reading(const std::filesystem::path& path) {
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe would be waited for
    if (!file) fail(errno, "open " + path.string());
    check_regular(file);
    return file;
}

void read_at(const File& file, std::span<std::byte> bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t got =
            ::pread(file.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(errno, "read segment");
        if (got == 0) {
            std::fill(bytes.begin(), bytes.end(), std::byte{0});
            return;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

Census take_census(const File& file, const Header& header) {
    const std::uint64_t size = std::uint64_t{header.slot_count} * slot_size;
    std::vector<SlotBytes> buffer(census_slots);
    Counting counting(header);
    std::uint64_t offset = slot_size;
    while (offset < size) {
        auto [begin, end] = next_data(file, offset, size);
        begin = std::max(begin / slot_size * slot_size, offset);
        end = (end + slot_size - 1) / slot_size * slot_size;
        while (begin < end) {
            const std::size_t slots = std::min<std::size_t>(census_slots, (end - begin) / slot_size);
            read_at(file, std::as_writable_bytes(std::span(buffer).first(slots)), begin);
            for (std::size_t i = 0; i < slots; ++i) {
                counting.look_at(buffer[i], static_cast<std::uint32_t>(begin / slot_size + i));
            }
            begin += slots * slot_size;
        }
        offset = std::max(end, begin);
    }
    return counting.result();
}

}  // namespace urltrim::journal
