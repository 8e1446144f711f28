#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/segment.hpp"

namespace urltrim::journal {

/// The segments in use, oldest first: those being written, those waiting for the store, those left behind
/// by dead processes. Any thread; the lock is held for a copy of a few pointers.
class SegmentList {
public:
    using Segments = std::vector<std::shared_ptr<Segment>>;

    void add(std::shared_ptr<Segment> segment) {
        const std::lock_guard lock(mutex_);
        auto older = [](const auto& left, const auto& right) {
            return left->created_ms() < right->created_ms();
        };
        segments_.insert(std::upper_bound(segments_.begin(), segments_.end(), segment, older), segment);
    }

    void remove(const std::shared_ptr<Segment>& segment) {
        const std::lock_guard lock(mutex_);
        std::erase(segments_, segment);
    }

    Segments all() const {
        const std::lock_guard lock(mutex_);
        return segments_;
    }

private:
    mutable std::mutex mutex_;
    Segments segments_;
};

}  // namespace urltrim::journal
