#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "clicks/click_sink.hpp"
#include "journal/reserve.hpp"
#include "journal/segment_list.hpp"
#include "journal/settings.hpp"
#include "journal/strings.hpp"
#include "journal/syncer.hpp"

namespace urltrim::journal {

/// The journal's end on an io thread: writes clicks into a segment that only it writes to, and goes on in the
/// next when that is full or its disk has failed. One per io thread, used only there. record() costs
/// 35 ns, and some 15 to 25 more per string that it knows: no lock, no allocation, no system call.
class Writer final : public clicks::ClickSink {
public:
    /// All references must outlive the writer.
    Writer(const Settings& settings, const Clock& clock, Reserve& reserve, SegmentList& segments,
           Syncer& syncer);

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Goes on in `segment` and seals the one before.
    void start_segment(std::shared_ptr<Segment> segment);

    Outcome record(const clicks::Click& click) noexcept override;
    Task<> settled() override;

    /// Nothing more is recorded. Called after the io thread has ended.
    void seal() noexcept;

    /// Clicks so far: all that were recorded, those of them that went to memory only, and those refused for
    /// want of room. Any thread.
    std::uint64_t recorded() const noexcept { return recorded_.load(std::memory_order_relaxed); }
    std::uint64_t recorded_in_memory() const noexcept { return in_memory_.load(std::memory_order_relaxed); }
    std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

private:
    bool must_move() const noexcept;
    bool move_on() noexcept;
    std::uint32_t intern(std::string_view text) noexcept;
    void write_string(std::string_view text) noexcept;
    void commit(std::span<const std::byte, slot_size> slot) noexcept;
    void submit_waiting(const Executor& executor);

    const Settings& settings_;
    const Clock& clock_;
    Reserve& reserve_;
    SegmentList& segments_;
    Syncer& syncer_;

    std::shared_ptr<Segment> segment_;
    std::uint32_t next_ = 0;   // slot to be written next
    std::uint32_t limit_ = 0;  // a record must start before this slot: its strings then fit too
    std::uint64_t clicks_ = 0;
    Strings strings_;
    std::atomic<std::uint64_t> recorded_{0};
    std::atomic<std::uint64_t> in_memory_{0};
    std::atomic<std::uint64_t> refused_{0};

    std::vector<Waiter> waiting_;
    bool group_under_way_ = false;
};

}  // namespace urltrim::journal
