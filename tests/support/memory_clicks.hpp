#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "base/unavailable.hpp"
#include "clicks/click_store.hpp"
#include "clicks/click_totals.hpp"
#include "support/memory_links.hpp"

namespace urltrim::testing {

/// Counts in memory, for the links of a MemoryLinks and for one thread.
class MemoryClicks final : public clicks::ClickStore, public clicks::ClickTotals {
public:
    explicit MemoryClicks(MemoryLinks& links) : links_(links) {}

    void apply(std::span<const clicks::Batch> batches) override {
        if (away) throw Unavailable("memory", "away");
        for (const clicks::Batch& batch : batches) apply(batch);
    }

    Task<std::optional<std::int64_t>> total(links::ShortCode code) override {
        const std::optional<links::Link> link = co_await links_.find(code);
        if (!link) co_return std::nullopt;
        const auto found = totals_.find(link->id);
        co_return found == totals_.end() ? 0 : found->second;
    }

    bool away = false;
    std::int64_t orphaned = 0;

private:
    void apply(const clicks::Batch& batch) {
        std::uint32_t& mark = marks_[batch.segment];
        if (batch.first > mark) throw Unavailable("memory", "slots are missing before the range");
        for (const clicks::ClickRecord& record : batch.records) {
            if (record.slot < mark) continue;
            if (links_.holds(record.link)) {
                ++totals_[record.link];
            } else {
                ++orphaned;
            }
        }
        mark = std::max(mark, batch.end);
    }

    MemoryLinks& links_;
    std::map<clicks::SegmentId, std::uint32_t> marks_;
    std::map<links::LinkId, std::int64_t> totals_;
};

}  // namespace urltrim::testing
