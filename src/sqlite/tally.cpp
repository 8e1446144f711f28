#include "sqlite/tally.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace urltrim::sqlite {

Tally::Tally(std::size_t max_counters) : max_counters_(max_counters) {}

std::size_t Tally::Hash::operator()(const Counter& counter) const noexcept {
    // Ids are dense and hours few: a multiplication spreads them well enough.
    const auto mixed = static_cast<std::uint64_t>(counter.link) * 0x9E3779B97F4A7C15U +
                       static_cast<std::uint64_t>(counter.hour);
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

Tally::Counter Tally::counter_of(const clicks::ClickRecord& record) noexcept {
    const auto hour = std::chrono::floor<std::chrono::hours>(record.time);
    return Counter{record.link, std::chrono::seconds(hour.time_since_epoch()).count()};
}

/// Nothing if the counter is new and there is no room for it.
std::int64_t* Tally::find_or_make(const Counter& counter) {
    if (const auto found = counters_.find(counter); found != counters_.end()) return &found->second;
    if (counters_.size() == max_counters_) return nullptr;
    return &counters_[counter];
}

bool Tally::add(const clicks::Batch& batch, std::uint32_t mark) {
    const auto fresh = std::lower_bound(
        batch.records.begin(), batch.records.end(), mark,
        [](const clicks::ClickRecord& record, std::uint32_t slot) { return record.slot < slot; });

    auto record = fresh;
    for (; record != batch.records.end(); ++record) {
        std::int64_t* clicks = find_or_make(counter_of(*record));
        if (clicks == nullptr) break;
        ++*clicks;
    }

    const bool all = record == batch.records.end();
    advances_.push_back(Advance{batch.segment, all ? batch.end : record->slot, {fresh, record}});
    return all;
}

std::vector<Tally::HourlyClicks> Tally::sorted() const {
    std::vector<HourlyClicks> rows;
    rows.reserve(counters_.size());
    for (const auto& [counter, clicks] : counters_) {
        rows.push_back(HourlyClicks{counter.link, counter.hour, clicks});
    }
    std::sort(rows.begin(), rows.end(), [](const HourlyClicks& a, const HourlyClicks& b) {
        return std::tie(a.link, a.hour) < std::tie(b.link, b.hour);
    });
    return rows;
}

}  // namespace urltrim::sqlite
