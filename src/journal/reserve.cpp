#include "journal/reserve.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace urltrim::journal {
namespace {

constexpr std::size_t volatile_segment_bytes = 4 << 20;

}  // namespace

Reserve::Reserve(const Settings& settings, const Clock& clock, RandomSource& random)
    : settings_(settings), clock_(clock), random_(random) {}

Header Reserve::new_header(std::size_t bytes) {
    clicks::SegmentId id{};
    random_.fill(id);
    return make_header(id, static_cast<std::uint32_t>(bytes / slot_size), clock_.utc());
}

std::shared_ptr<Segment> Reserve::make() {
    auto segment =
        Segment::in_file(make_segment_file(settings_.directory, new_header(settings_.segment_bytes)));
    sync_directory(settings_.directory);
    return segment;
}

std::shared_ptr<Segment> Reserve::take_file() noexcept {
    std::shared_ptr<Segment> segment;
    {
        const std::lock_guard lock(mutex_);
        if (ready_.empty() || distrusted_) return nullptr;
        segment = std::move(ready_.front());
        ready_.pop_front();
        has_file_.store(!ready_.empty(), std::memory_order_relaxed);
    }
    changed_.notify_one();
    return segment;
}

std::shared_ptr<Segment> Reserve::take_memory(const SegmentList& in_use) noexcept try {
    const std::size_t bytes = std::min(settings_.segment_bytes, volatile_segment_bytes);
    const SegmentList::Segments segments = in_use.all();
    const auto taken = static_cast<std::size_t>(std::count_if(
        segments.begin(), segments.end(), [](const auto& segment) { return !segment->has_file(); }));
    if ((taken + 1) * bytes > settings_.volatile_bytes) return nullptr;
    return Segment::in_memory(new_header(bytes));
} catch (const std::exception&) {
    return nullptr;
}

bool Reserve::top_up() {
    while (!is_closed() && size() < settings_.reserve) {
        try {
            std::shared_ptr<Segment> segment = make();
            const std::lock_guard lock(mutex_);
            ready_.push_back(std::move(segment));
            has_file_.store(!distrusted_, std::memory_order_relaxed);
        } catch (const std::system_error& error) {
            note(false, error.what());
            return false;
        }
    }
    note(true, "");
    return true;
}

void Reserve::note(bool succeeded, const char* problem) {
    const std::lock_guard lock(mutex_);
    if (!succeeded && !making_fails_) spdlog::error("journal: no new segment can be made: {}", problem);
    if (succeeded && making_fails_) spdlog::info("journal: segments can be made again");
    making_fails_ = !succeeded;
}

bool Reserve::wait(std::optional<std::chrono::milliseconds> at_most) {
    std::unique_lock lock(mutex_);
    if (making_fails_ || distrusted_) {
        pause_ = std::clamp(pause_ * 2, settings_.retry_first, settings_.retry_longest);
        changed_.wait_for(lock, std::min(pause_, at_most.value_or(pause_)), [this] { return closed_; });
        distrusted_ = false;
        has_file_.store(!ready_.empty(), std::memory_order_relaxed);
        return !closed_;
    }
    if (failed_syncs_.load(std::memory_order_relaxed) == 0) pause_ = std::chrono::milliseconds{0};
    const auto woken = [this] { return closed_ || distrusted_ || ready_.size() < settings_.reserve; };
    at_most ? static_cast<void>(changed_.wait_for(lock, *at_most, woken)) : changed_.wait(lock, woken);
    return !closed_;
}

void Reserve::sync_failed() noexcept {
    // One failure is answered by another segment. From the second in a row on the disk is what is bad, and
    // using up segment after segment would not help.
    if (failed_syncs_.fetch_add(1, std::memory_order_relaxed) == 0) return;
    {
        const std::lock_guard lock(mutex_);
        distrusted_ = true;
        has_file_.store(false, std::memory_order_relaxed);
    }
    changed_.notify_one();
}

void Reserve::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

bool Reserve::is_closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

void Reserve::remove_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& segment : ready_) segment->remove();
    ready_.clear();
    has_file_.store(false, std::memory_order_relaxed);
}

std::size_t Reserve::size() const {
    const std::lock_guard lock(mutex_);
    return ready_.size();
}

bool Reserve::is_healthy() const {
    const std::lock_guard lock(mutex_);
    return !making_fails_ && !distrusted_;
}

}  // namespace urltrim::journal
