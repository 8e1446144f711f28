#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "journal/reserve.hpp"
#include "journal/segment_list.hpp"
#include "journal/settings.hpp"
#include "runtime/completion.hpp"

namespace urltrim::journal {

/// A response that waits until the slots before `position` are durable.
struct Waiter {
    std::shared_ptr<Segment> segment;
    std::uint32_t position;
    Clock::SteadyTime deadline;
    runtime::Completion<bool> durable;  ///< false: not within the deadline
};

/// The thread that brings segments to the disk, as the SyncPolicy says.
///
/// With `group`, a writer sends all that wait as one group, and while that is being synced the next
/// gathers: one fdatasync and one hand-over per thread serve every response in it. A waiter whose segment
/// cannot be synced (its sync failed, or it lives in memory) waits on for the store to have its record
/// instead, until its deadline.
class Syncer {
public:
    Syncer(const Settings& settings, const Clock& clock, SegmentList& segments, Reserve& reserve);
    ~Syncer();

    Syncer(const Syncer&) = delete;
    Syncer& operator=(const Syncer&) = delete;

    void start();
    /// Syncs a last time, settles every waiter, ends the thread.
    void stop();

    /// Brings one segment to the disk: the one place where its failure is noticed. Blocks; the sync thread or
    /// the relay.
    void sync(Segment& segment) noexcept;

    /// A writer's waiters; `done` is called on their executor after they have been settled or put aside.
    struct Group {
        std::vector<Waiter> waiters;
        Executor executor;
        std::function<void()> done;
    };
    void submit(Group group);

    /// The store has got further: waiters that were put aside may be settled.
    void applied();

    std::uint64_t syncs() const noexcept { return syncs_.load(std::memory_order_relaxed); }
    std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }

private:
    struct Aside {
        Waiter waiter;
        Executor executor;
    };

    void run();
    void sleep(std::unique_lock<std::mutex>& lock);
    void sync_all() noexcept;
    void settle(Group group);
    bool may_stay_in_memory(const Segment& segment) const noexcept;
    void settle_aside(bool last);

    const Settings& settings_;
    const Clock& clock_;
    SegmentList& segments_;
    Reserve& reserve_;
    std::atomic<std::uint64_t> syncs_{0};
    std::atomic<std::uint64_t> failures_{0};

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Group> groups_;
    bool store_moved_ = false;
    bool stopping_ = false;

    std::vector<Aside> aside_;  // the sync thread's own
    std::thread thread_;
};

}  // namespace urltrim::journal
