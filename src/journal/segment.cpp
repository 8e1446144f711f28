#include "journal/segment.hpp"

#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/failpoint.hpp"

namespace urltrim::journal {
namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t release_bytes = 256 << 10;  // a system call and TLB flush per this much

constexpr std::uint32_t cut_slots = 1024;

clicks::ClickRecord to_record(const ClickSlot& click) {
    return {click.slot, links::LinkId{click.link}, Clock::UtcTime{std::chrono::milliseconds{click.time_ms}}};
}

/// A copy by the kernel, which answers an error where a read of our own would be a SIGBUS.
bool copy_from_mapping(std::byte* mapped, std::span<std::byte> bytes) noexcept {
    const iovec from{mapped, bytes.size()};
    const iovec to{bytes.data(), bytes.size()};
    return ::process_vm_readv(::getpid(), &to, 1, &from, 1, 0) == static_cast<ssize_t>(bytes.size());
}

std::size_t page_floor(std::size_t bytes) {
    return bytes / page_bytes * page_bytes;
}

}  // namespace

Mapping::Mapping(const File* file, std::size_t bytes) : bytes_(bytes) {
    const int flags = file != nullptr ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    const int descriptor = file != nullptr ? file->descriptor() : -1;
    void* base = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0);
    if (base == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "map segment");
    base_ = static_cast<std::byte*>(base);
}

Mapping::~Mapping() {
    if (base_ != nullptr) ::munmap(base_, bytes_);
}

Segment::Segment(std::optional<SegmentFile> file, const Header& header, Mapping mapping)
    : header_(header),
      seed_(crc_seed(header.id)),
      path_(file ? file->path : std::filesystem::path{}),
      file_(file ? std::move(file->file) : File{}),
      mapping_(std::move(mapping)) {}

std::shared_ptr<Segment> Segment::in_file(SegmentFile file) {
    Mapping mapping(&file.file, file.header.slot_count * slot_size);
    const Header header = file.header;
    return std::make_shared<Segment>(std::move(file), header, std::move(mapping));
}

std::shared_ptr<Segment> Segment::in_memory(const Header& header) {
    Mapping mapping(nullptr, header.slot_count * slot_size);
    std::memcpy(mapping.at(0), &header, slot_size);
    return std::make_shared<Segment>(std::nullopt, header, std::move(mapping));
}

std::shared_ptr<Segment> Segment::left_behind(SegmentFile file, const Census& census) {
    const Header header = file.header;
    auto segment = std::make_shared<Segment>(std::move(file), header, Mapping{});
    segment->publish(census.end, census.clicks);
    segment->seal();
    return segment;
}

bool Segment::is_durable(std::uint32_t position) const noexcept {
    return synced_.load(std::memory_order_acquire) >= position || applied() >= position;
}

Segment::Sync Segment::sync() noexcept {
    const std::lock_guard lock(sync_mutex_);
    const std::uint32_t end = position();
    const bool covered = synced_.load(std::memory_order_relaxed) >= end;
    if (!has_file() || has_failed() || covered) return Sync::nothing_new;
    if (failpoint("journal.sync") == Fault::error || ::fdatasync(file_.descriptor()) != 0) {
        failed_.store(true, std::memory_order_relaxed);
        return Sync::failed;
    }
    synced_.store(end, std::memory_order_release);
    return Sync::synced;
}

bool Segment::needs_sync() const noexcept {
    return has_file() && !has_failed() && synced_.load(std::memory_order_acquire) <= cut_ &&
           cut_ < position();
}

std::optional<clicks::Batch> Segment::cut(std::size_t max_slots, std::uint64_t& voids) {
    const bool only_here = !has_file() || has_failed();  // no disk will ever have it: deliver at once
    const std::uint32_t deliverable = only_here ? position() : synced_.load(std::memory_order_acquire);
    if (deliverable <= cut_) return std::nullopt;
    if (has_failed() && is_sealed() && rescued_.empty()) rescue();

    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(deliverable, cut_ + max_slots));
    // Slot 0, the header, goes with the first range: to a store the ranges of a segment begin at 0 and leave
    // no gap.
    clicks::Batch batch{id(), cut_ == 1 ? 0 : cut_, end, {}};
    batch.records.reserve(end - cut_);
    std::uint64_t valid = 0;
    for (std::uint32_t first = cut_; first < end; first += static_cast<std::uint32_t>(buffer_.size())) {
        buffer_.resize(std::min(end - first, cut_slots));
        read(buffer_, first);
        for (std::size_t i = 0; i < buffer_.size(); ++i) {
            const auto number = static_cast<std::uint32_t>(first + i);
            const SlotState state = slot_state(buffer_[i], number, seed_);
            valid += state == SlotState::click || state == SlotState::string;
            if (state == SlotState::click) batch.records.push_back(to_record(as_click(buffer_[i])));
        }
    }
    voids += end - cut_ - valid;
    cut_ = end;
    return batch;
}

void Segment::read(std::span<SlotBytes> slots, std::uint32_t first) {
    const auto bytes = std::as_writable_bytes(slots);
    if (!rescued_.empty()) {
        std::memcpy(bytes.data(), rescued_.data() + (first - rescued_from_), bytes.size());
    } else if (!has_file()) {
        std::memcpy(bytes.data(), slot(first), bytes.size());
    } else {
        read_file(bytes, first);
    }
}

void Segment::read_file(std::span<std::byte> bytes, std::uint32_t first) try {
    if (failpoint("journal.segment.read") == Fault::error) {
        throw std::system_error(EIO, std::generic_category(), "read segment");
    }
    read_at(file_, bytes, std::uint64_t{first} * slot_size);
} catch (const std::system_error&) {
    if (!mapping_ || !copy_from_mapping(mapping_.at(first * slot_size), bytes)) throw;
}

/// After a failed sync the kernel calls the pages clean and may drop them; what it would read back from the
/// disk then is anyone's guess. So what is not yet applied is kept in memory of our own.
void Segment::rescue() {
    const std::uint32_t from = applied();
    std::vector<SlotBytes> copy(position() - from);
    read(copy, from);
    rescued_from_ = from;
    rescued_ = std::move(copy);
}

void Segment::mark_applied(const clicks::Batch& batch) noexcept {
    applied_clicks_.fetch_add(batch.records.size(), std::memory_order_relaxed);
    applied_.store(batch.end, std::memory_order_release);
}

void Segment::release_memory() noexcept {
    if (!mapping_ || !has_file() || has_failed()) return;  // there is no other copy
    const std::size_t end = page_floor(position() * slot_size);
    if (end < released_ + release_bytes) return;
    ::madvise(mapping_.at(released_), end - released_, MADV_DONTNEED);
    released_ = end;
}

void Segment::remove() noexcept {
    if (!has_file()) return;
    if (failpoint("journal.segment.remove") == Fault::error) return;
    ::unlink(path_.c_str());
}

void Segment::save(const std::filesystem::path& directory) const {
    const SegmentFile saved = make_segment_file(directory, header_);
    Mapping copy(&saved.file, mapping_.size());
    std::memcpy(copy.at(slot_size), slot(1), (position() - 1) * slot_size);
    if (::fdatasync(saved.file.descriptor()) != 0) {
        throw std::system_error(errno, std::generic_category(), "sync saved segment");
    }
}

}  // namespace urltrim::journal
