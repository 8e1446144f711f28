#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/thread.hpp"

namespace urltrim::runtime {

/// A thread for a blocking library. Jobs that arrive while it is busy are taken together the next time,
/// so whatever a batch shares (a commit, a read transaction) gets cheaper per job under load.
///
/// submit() may be called from any thread and never waits for the work. `work` runs on this thread only and
/// must not throw: it answers each job through whatever the job carries. The destructor finishes what was
/// submitted, then joins.
template <class Job>
class BatchThread {
public:
    using Work = std::function<void(std::vector<Job>&)>;

    BatchThread(const std::string& name, Work work)
        : work_(std::move(work)), thread_(start_thread(name, [this] { run(); })) {}

    ~BatchThread() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        arrived_.notify_one();
        thread_.join();
    }

    BatchThread(const BatchThread&) = delete;
    BatchThread& operator=(const BatchThread&) = delete;

    void submit(Job job) {
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex_);
            was_empty = queue_.empty();
            queue_.push_back(std::move(job));
        }
        if (was_empty) arrived_.notify_one();
    }

private:
    void run() {
        std::vector<Job> batch;
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
                if (queue_.empty()) return;
                batch.swap(queue_);
            }
            work_(batch);
            batch.clear();
        }
    }

    Work work_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Job> queue_;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace urltrim::runtime
