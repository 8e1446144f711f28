#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "journal/segment_list.hpp"
#include "journal/settings.hpp"

namespace urltrim::journal {

/// Ready-made segments, so that a writer that has filled one goes on in the next without waiting for the
/// disk.
///
/// take_*() are called on io threads and are instant; make(), top_up() and wait() block on the disk and
/// belong to the journal's own thread. The reserve is also where a bad disk becomes visible: while segments
/// cannot be made, or two syncs in a row have failed, it hands out none, and tries again after a pause.
class Reserve {
public:
    /// All three must outlive the reserve.
    Reserve(const Settings& settings, const Clock& clock, RandomSource& random);

    /// A fresh segment on disk. Blocks. Throws std::system_error.
    std::shared_ptr<Segment> make();

    /// A segment made ahead, or null.
    std::shared_ptr<Segment> take_file() noexcept;
    /// A new segment in memory, or null when `in_use` already holds settings.volatile_bytes of them.
    std::shared_ptr<Segment> take_memory(const SegmentList& in_use) noexcept;
    bool has_file() const noexcept { return has_file_.load(std::memory_order_relaxed); }

    /// Makes segments until the reserve is complete. False if one could not be made.
    bool top_up();
    /// Sleeps until there is something to make, or for the back-off if the last top_up() failed, or for
    /// `at_most`; false once close() was called.
    bool wait(std::optional<std::chrono::milliseconds> at_most);
    /// Ends wait() for good, from any thread.
    void close();
    bool is_closed() const;
    /// Deletes what is left; after close().
    void remove_all();

    /// What the sync of any segment came to.
    void sync_succeeded() noexcept { failed_syncs_.store(0, std::memory_order_relaxed); }
    void sync_failed() noexcept;

    std::size_t size() const;
    /// Whether segments can be made and synced as far as is known.
    bool is_healthy() const;

private:
    Header new_header(std::size_t bytes);
    void note(bool succeeded, const char* problem);

    const Settings& settings_;
    const Clock& clock_;
    RandomSource& random_;

    std::atomic<bool> has_file_{false};
    std::atomic<unsigned> failed_syncs_{0};

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Segment>> ready_;
    bool closed_ = false;
    bool making_fails_ = false;
    bool distrusted_ = false;
    std::chrono::milliseconds pause_{0};
};

}  // namespace urltrim::journal
