#include "journal/syncer.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

#include "runtime/thread.hpp"

namespace urltrim::journal {
namespace {

/// How often waiters that were put aside are looked at for their deadline.
constexpr std::chrono::milliseconds aside_tick{50};

/// One hand-over to the io thread for all of them; there each resumes by a cheap local post.
void resume(std::vector<Waiter> waiters, bool durable, const Executor& executor, std::function<void()> then) {
    asio::post(executor, [waiters = std::move(waiters), durable, then = std::move(then)]() mutable {
        for (Waiter& waiter : waiters) waiter.durable.set(durable);
        if (then) then();
    });
}

}  // namespace

Syncer::Syncer(const Settings& settings, const Clock& clock, SegmentList& segments, Reserve& reserve)
    : settings_(settings), clock_(clock), segments_(segments), reserve_(reserve) {}

Syncer::~Syncer() {
    stop();
}

void Syncer::start() {
    if (settings_.sync.when == SyncPolicy::When::process) return;
    thread_ = runtime::start_thread("journal-sync", [this] { run(); });
}

void Syncer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
    sync_all();
}

void Syncer::sync(Segment& segment) noexcept {
    const Segment::Sync outcome = segment.sync();
    if (outcome == Segment::Sync::nothing_new) return;
    syncs_.fetch_add(1, std::memory_order_relaxed);
    if (outcome == Segment::Sync::synced) return reserve_.sync_succeeded();
    failures_.fetch_add(1, std::memory_order_relaxed);
    reserve_.sync_failed();
    spdlog::critical("journal: fdatasync of segment {} failed: its clicks are delivered from memory",
                     to_hex(segment.id()));
}

void Syncer::submit(Group group) {
    {
        const std::lock_guard lock(mutex_);
        groups_.push_back(std::move(group));
    }
    changed_.notify_one();
}

void Syncer::applied() {
    if (settings_.sync.when != SyncPolicy::When::group) return;
    {
        const std::lock_guard lock(mutex_);
        store_moved_ = true;
    }
    changed_.notify_one();
}

void Syncer::run() {
    for (bool last = false; !last;) {
        std::vector<Group> groups;
        {
            std::unique_lock lock(mutex_);
            sleep(lock);
            groups.swap(groups_);
            store_moved_ = false;
            last = stopping_;
        }
        sync_all();
        for (Group& group : groups) settle(std::move(group));
        settle_aside(last);
    }
}

void Syncer::sleep(std::unique_lock<std::mutex>& lock) {
    auto woken = [this] { return stopping_ || !groups_.empty() || (store_moved_ && !aside_.empty()); };
    if (settings_.sync.when == SyncPolicy::When::interval) {
        changed_.wait_for(lock, settings_.sync.interval, woken);
    } else if (!aside_.empty()) {
        changed_.wait_for(lock, aside_tick, woken);
    } else {
        changed_.wait(lock, woken);
    }
}

void Syncer::sync_all() noexcept {
    for (const auto& segment : segments_.all()) sync(*segment);
}

void Syncer::settle(Group group) {
    const auto waits_on =
        std::partition(group.waiters.begin(), group.waiters.end(), [this](const Waiter& waiter) {
            return waiter.segment->is_durable(waiter.position) || may_stay_in_memory(*waiter.segment);
        });
    for (auto waiter = waits_on; waiter != group.waiters.end(); ++waiter) {
        aside_.push_back({std::move(*waiter), group.executor});
    }
    group.waiters.erase(waits_on, group.waiters.end());
    resume(std::move(group.waiters), true, group.executor, std::move(group.done));
}

/// A click that has no disk to wait for, and was recorded all the same because JOURNAL_ON_FULL says so.
bool Syncer::may_stay_in_memory(const Segment& segment) const noexcept {
    return settings_.on_full == OnFull::use_volatile && !segment.has_file();
}

void Syncer::settle_aside(bool last) {
    const Clock::SteadyTime now = clock_.steady();
    std::erase_if(aside_, [now, last](Aside& aside) {
        const bool durable = aside.waiter.segment->is_durable(aside.waiter.position);
        if (!durable && !last && now < aside.waiter.deadline) return false;
        std::vector<Waiter> one;
        one.push_back(std::move(aside.waiter));
        resume(std::move(one), durable, aside.executor, nullptr);
        return true;
    });
}

}  // namespace urltrim::journal
