#include "clicks/relay.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <time.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "base/failpoint.hpp"
#include "base/unavailable.hpp"
#include "runtime/thread.hpp"

namespace urltrim::clicks {
namespace {

/// Rest after a delivery, as a multiple of the time that it took.
constexpr int rest_per_work = 3;

std::uint32_t random_seed(RandomSource& random) {
    std::uint32_t seed = 0;
    random.fill(std::as_writable_bytes(std::span(&seed, 1)));
    return seed;
}

void crash_point(const char* name) {
    if (failpoint(name) == Fault::error) throw Unavailable("relay", "failed on request");
}

std::int64_t cpu_ns(clockid_t clock) {
    timespec used{};
    if (::clock_gettime(clock, &used) != 0) return 0;
    return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

}  // namespace

Relay::Relay(BatchSource& source, BatchTransport& transport, const Clock& clock, RandomSource& random,
             RelaySettings settings)
    : source_(source),
      transport_(transport),
      clock_(clock),
      settings_(settings),
      jitter_(random_seed(random)) {}

Relay::~Relay() {
    stop(std::chrono::milliseconds{0});
}

void Relay::start() {
    const std::lock_guard lock(mutex_);
    thread_ = runtime::start_thread("click-relay", [this] { run(); });
    running_ = true;
    handle_ = thread_.native_handle();
}

void Relay::stop(std::chrono::milliseconds patience) {
    {
        const std::lock_guard lock(mutex_);
        stop_by_ = clock_.steady() + patience;
        stopping_ = true;
    }
    stop_asked_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Relay::run() {
    std::chrono::nanoseconds rest{0};
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            if (stop_asked_.wait_for(lock, rest, [this] { return stopping_; })) break;
        }
        rest = round();
    }
    drain();
    const std::lock_guard lock(mutex_);
    final_cpu_ns_.store(cpu_ns(CLOCK_THREAD_CPUTIME_ID), std::memory_order_relaxed);
    running_ = false;
}

void Relay::drain() {
    while (clock_.steady() < stop_by_ && deliver_next() == Delivery::done) {
    }
}

std::chrono::nanoseconds Relay::round() {
    const Clock::SteadyTime begin = clock_.steady();
    if (deliver_next() == Delivery::failed) return back_off();
    pause_ = {};
    return std::clamp<std::chrono::nanoseconds>(rest_per_work * (clock_.steady() - begin), settings_.tick,
                                                settings_.longest_rest);
}

/// The edge where a dependency's failure ends up: whatever was thrown, nothing is lost and it is tried again.
Relay::Delivery Relay::deliver_next() try {
    const Clock::SteadyTime begin = clock_.steady();
    const std::vector<Batch> batches = source_.cut(settings_.max_records);
    if (batches.empty()) return Delivery::nothing;
    crash_point("relay.cut");
    transport_.deliver(batches);
    crash_point("relay.delivered");
    source_.applied(batches);
    last_delivery_ns_.store((clock_.steady() - begin).count(), std::memory_order_relaxed);
    note_applied(batches);
    return Delivery::done;
} catch (const std::exception& error) {
    source_.rewind();
    note_failure(error.what());
    return Delivery::failed;
}

void Relay::note_applied(const std::vector<Batch>& batches) {
    const Clock::UtcTime now = clock_.utc();
    Clock::UtcTime oldest = now;
    std::uint64_t records = 0;
    for (const Batch& batch : batches) {
        records += batch.records.size();
        if (!batch.records.empty()) oldest = std::min(oldest, batch.records.front().time);
    }
    applied_records_.fetch_add(records, std::memory_order_relaxed);
    lag_ms_.store((now - oldest).count(), std::memory_order_relaxed);
    last_applied_ms_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    if (failing_.exchange(false, std::memory_order_relaxed)) spdlog::info("relay: clicks are applied again");
}

void Relay::note_failure(const char* problem) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    if (failing_.exchange(true, std::memory_order_relaxed)) return;
    spdlog::warn("relay: clicks cannot be applied, they stay in the journal: {}", problem);
}

std::chrono::nanoseconds Relay::back_off() {
    pause_ = std::clamp(2 * pause_, settings_.retry_first, settings_.retry_longest);
    std::uniform_real_distribution<double> share(0.5, 1.0);
    return std::chrono::nanoseconds(static_cast<std::int64_t>(
        share(jitter_) * static_cast<double>(std::chrono::nanoseconds(pause_).count())));
}

Relay::Stats Relay::stats() const {
    Stats stats;
    stats.applied_records = applied_records_.load(std::memory_order_relaxed);
    stats.failures = failures_.load(std::memory_order_relaxed);
    stats.failing = failing_.load(std::memory_order_relaxed);
    stats.last_delivery = std::chrono::nanoseconds{last_delivery_ns_.load(std::memory_order_relaxed)};
    stats.lag = std::chrono::milliseconds{lag_ms_.load(std::memory_order_relaxed)};
    stats.last_applied =
        Clock::UtcTime{std::chrono::milliseconds{last_applied_ms_.load(std::memory_order_relaxed)}};
    const std::lock_guard lock(mutex_);
    clockid_t clock{};
    const bool alive = running_ && ::pthread_getcpuclockid(handle_, &clock) == 0;
    stats.cpu =
        std::chrono::nanoseconds{alive ? cpu_ns(clock) : final_cpu_ns_.load(std::memory_order_relaxed)};
    return stats;
}

}  // namespace urltrim::clicks
