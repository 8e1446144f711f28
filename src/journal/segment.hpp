#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "clicks/batch.hpp"
#include "journal/segment_file.hpp"

namespace urltrim::journal {

/// A stretch of mapped memory, given back at the end.
class Mapping {
public:
    Mapping() = default;
    /// Maps `file` shared, or anonymous memory if there is none. Throws std::system_error.
    Mapping(const File* file, std::size_t bytes);
    Mapping(Mapping&& other) noexcept
        : base_(std::exchange(other.base_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Mapping& operator=(Mapping&& other) noexcept {
        std::swap(base_, other.base_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~Mapping();

    explicit operator bool() const noexcept { return base_ != nullptr; }
    std::byte* at(std::size_t offset) const noexcept { return base_ + offset; }
    std::size_t size() const noexcept { return bytes_; }

private:
    std::byte* base_ = nullptr;
    std::size_t bytes_ = 0;
};

/// One segment while this process has to do with it: slots [1, position) are written for good, by one
/// writer, in order; `synced` and `applied` follow behind.
///
///     1 ........ applied ........ cut ........ synced ........ position ........ slot count
///
/// Three threads meet here, each with its own part: the writer's io thread appends, the sync thread (and the
/// relay, when it needs more) syncs, the relay reads and marks. They share atomics only; the lock keeps
/// two syncs apart and is never taken by the writer.
///
/// The relay reads a file by pread, not through the mapping: a bad sector is then an error instead of a
/// SIGBUS, and the pages behind the writer can leave the resident set at once, delivered or not. Only when
/// the file cannot be read does it turn to the mapping, which may still hold what the disk does not.
class Segment {
public:
    /// A fresh segment to be written. Throws std::system_error.
    static std::shared_ptr<Segment> in_file(SegmentFile file);
    /// The same without a disk behind it: what is in it dies with the process.
    static std::shared_ptr<Segment> in_memory(const Header& header);
    /// The segment of a dead process: sealed, to be read and deleted only.
    static std::shared_ptr<Segment> left_behind(SegmentFile file, const Census& census);

    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    // Any thread.
    const clicks::SegmentId& id() const noexcept { return header_.id; }
    std::int64_t created_ms() const noexcept { return header_.created_ms; }
    std::uint32_t slot_count() const noexcept { return header_.slot_count; }
    std::uint32_t seed() const noexcept { return seed_; }
    bool has_file() const noexcept { return static_cast<bool>(file_); }
    std::uint32_t position() const noexcept { return position_.load(std::memory_order_acquire); }
    std::uint64_t clicks() const noexcept { return clicks_.load(std::memory_order_relaxed); }
    std::uint32_t applied() const noexcept { return applied_.load(std::memory_order_acquire); }
    std::uint64_t applied_clicks() const noexcept { return applied_clicks_.load(std::memory_order_relaxed); }
    bool is_sealed() const noexcept { return sealed_.load(std::memory_order_acquire); }
    bool has_failed() const noexcept { return failed_.load(std::memory_order_relaxed); }
    /// Whether slots before `position` survive a power cut: on this disk or in the store.
    bool is_durable(std::uint32_t position) const noexcept;
    /// Nobody writes here any more and the store has all of it.
    bool is_done() const noexcept { return is_sealed() && applied() == position(); }

    // The writer.
    std::byte* slot(std::uint32_t number) const noexcept { return mapping_.at(number * slot_size); }
    /// Slots before `position` are complete; `clicks` of them are clicks.
    void publish(std::uint32_t position, std::uint64_t clicks) noexcept {
        clicks_.store(clicks, std::memory_order_relaxed);
        position_.store(position, std::memory_order_release);
    }
    void seal() noexcept { sealed_.store(true, std::memory_order_release); }

    // The sync thread and the relay.
    enum class Sync {
        nothing_new,  ///< all of it was on disk, or there is no disk to sync to
        synced,
        failed,  ///< now, for the first time: the file is never synced again, the writer leaves it
    };
    Sync sync() noexcept;

    // The relay.
    /// Whether slots wait to be cut, but none of them is on disk yet: sync() first.
    bool needs_sync() const noexcept;
    /// The next slots to deliver, at most `max_slots`, as a batch; nothing if none are ready. Only what is on
    /// disk is, unless it never will be. `voids` is increased by the slots in it that hold no valid record.
    /// Throws std::system_error if the file cannot be read.
    std::optional<clicks::Batch> cut(std::size_t max_slots, std::uint64_t& voids);
    void mark_applied(const clicks::Batch& batch) noexcept;
    void rewind() noexcept { cut_ = applied(); }
    /// Gives back the memory of slots that are no longer needed in it.
    void release_memory() noexcept;
    /// Deletes the file.
    void remove() noexcept;
    /// Writes a sealed segment that lives in memory to a file in `directory`. Throws std::system_error.
    void save(const std::filesystem::path& directory) const;

    Segment(std::optional<SegmentFile> file, const Header& header, Mapping mapping);

private:
    void read(std::span<SlotBytes> slots, std::uint32_t first);
    void read_file(std::span<std::byte> bytes, std::uint32_t first);
    void rescue();

    const Header header_;
    const std::uint32_t seed_;
    const std::filesystem::path path_;
    const File file_;
    Mapping mapping_;

    alignas(64) std::atomic<std::uint32_t> position_{1};  // the writer's cache line
    std::atomic<std::uint64_t> clicks_{0};
    std::atomic<bool> sealed_{false};

    alignas(64) std::atomic<bool> failed_{false};
    std::atomic<std::uint32_t> synced_{1};
    std::atomic<std::uint32_t> applied_{1};
    std::atomic<std::uint64_t> applied_clicks_{0};
    std::mutex sync_mutex_;

    std::uint32_t cut_ = 1;     // relay only, like all below
    std::size_t released_ = 0;  // bytes of the mapping
    std::vector<SlotBytes> buffer_;
    std::vector<SlotBytes> rescued_;  // slots from rescued_from_ on
    std::uint32_t rescued_from_ = 0;
};

}  // namespace urltrim::journal
