#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace urltrim::sqlite {

/// SQLite lets one connection write at a time, and one that finds the file locked sleeps and tries again,
/// in steps of milliseconds. The writers of this process queue here instead: first come, first served, so
/// that neither links nor clicks can starve the other. Blocks; any thread.
class WriteTurn {
public:
    class Hold {
    public:
        explicit Hold(WriteTurn& turn) : turn_(turn) { turn_.take(); }
        ~Hold() { turn_.pass(); }

        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

    private:
        WriteTurn& turn_;
    };

    /// Whether somebody waits for the turn to be passed on. For whoever holds it.
    bool wanted() const noexcept { return waiting_.load(std::memory_order_relaxed) != 0; }

private:
    void take() {
        std::unique_lock lock(mutex_);
        const std::uint64_t ticket = next_ticket_++;
        ++waiting_;
        passed_.wait(lock, [&] { return serving_ == ticket; });
        --waiting_;
    }

    void pass() {
        {
            const std::lock_guard lock(mutex_);
            ++serving_;
        }
        passed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable passed_;
    std::uint64_t next_ticket_ = 0;
    std::uint64_t serving_ = 0;
    std::atomic<int> waiting_{0};
};

}  // namespace urltrim::sqlite
