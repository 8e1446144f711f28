#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <thread>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "clicks/batch_source.hpp"
#include "clicks/batch_transport.hpp"

namespace urltrim::clicks {

struct RelaySettings {
    std::chrono::milliseconds tick{50};             ///< pause between rounds when there is little to do
    std::chrono::milliseconds longest_rest{1'000};  ///< after a delivery, however long that took
    std::size_t max_records = 262'144;              ///< per delivery
    std::chrono::milliseconds retry_first{
        100};  ///< back-off while the transport fails: first and longest pause
    std::chrono::milliseconds retry_longest{10'000};
};

/// Carries clicks from the journal to the store, on a thread of its own: cut, deliver, mark as applied. What
/// could not be delivered is delivered again, the same ranges; the store knows what it has.
///
/// After a delivery the relay rests three times as long as that took, so however many clicks arrive, applying
/// them takes a quarter of a core at most: the batches grow, and the cost per click falls. The rest has an
/// end: a delivery of twenty seconds was not work but a disk that hung, and the clicks that came in meanwhile
/// are not to wait for another minute.
class Relay {
public:
    struct Stats {
        std::uint64_t applied_records = 0;
        std::uint64_t failures = 0;
        bool failing = false;  ///< the last delivery failed
        std::chrono::milliseconds lag{
            0};                       ///< from the oldest click of the last delivery to its being applied
        Clock::UtcTime last_applied;  ///< epoch if nothing has been applied yet
        std::chrono::nanoseconds last_delivery{0};  ///< how long it took, cut to applied
        std::chrono::nanoseconds cpu{0};  ///< of the relay's thread, the store's work on it included
    };

    /// All must outlive the relay. `clock` is used on the relay thread.
    Relay(BatchSource& source, BatchTransport& transport, const Clock& clock, RandomSource& random,
          RelaySettings settings);
    /// Stops at once, if nobody did.
    ~Relay();

    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    void start();

    /// Ends the thread after a last drain: until nothing waits, the transport fails, or `patience` is over. A
    /// delivery that is under way is not broken off.
    void stop(std::chrono::milliseconds patience);

    /// One round, as the thread does them: answers how long to rest before the next. For the relay's own
    /// thread, or for a test that starts none.
    std::chrono::nanoseconds round();

    /// Any thread.
    Stats stats() const;

private:
    enum class Delivery { nothing, done, failed };

    void run();
    Delivery deliver_next();
    void note_applied(const std::vector<Batch>& batches);
    void note_failure(const char* problem);
    void drain();
    std::chrono::nanoseconds back_off();

    BatchSource& source_;
    BatchTransport& transport_;
    const Clock& clock_;
    const RelaySettings settings_;
    std::minstd_rand jitter_;
    std::chrono::milliseconds pause_{0};

    std::atomic<std::uint64_t> applied_records_{0};
    std::atomic<std::uint64_t> failures_{0};
    std::atomic<bool> failing_{false};
    std::atomic<std::int64_t> lag_ms_{0};
    std::atomic<std::int64_t> last_delivery_ns_{0};
    std::atomic<std::int64_t> last_applied_ms_{0};
    std::atomic<std::int64_t> final_cpu_ns_{0};

    mutable std::mutex mutex_;
    std::condition_variable stop_asked_;
    bool stopping_ = false;
    Clock::SteadyTime stop_by_;
    bool running_ = false;  // handle_ names a live thread
    pthread_t handle_{};
    std::thread thread_;
};

}  // namespace urltrim::clicks
