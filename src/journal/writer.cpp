#include "journal/writer.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>
#include <utility>

#include "base/failpoint.hpp"
#include "base/unavailable.hpp"

namespace urltrim::journal {
namespace {

constexpr std::size_t most_strings = 4096;

/// Strings get at most about a quarter of a segment, whatever clients send: five slots each.
std::size_t strings_for(std::uint32_t slot_count) {
    return std::min<std::size_t>(most_strings, slot_count / 20);
}

/// For a counter that one thread writes: no locked instruction.
void add_one(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// The bytes of a slot in place: a copy would wait for the stores that have just filled it.
template <class Slot>
std::span<const std::byte, slot_size> as_slot(const Slot& slot) noexcept {
    return std::as_bytes(std::span<const Slot, 1>(&slot, 1));
}

}  // namespace

Writer::Writer(const Settings& settings, const Clock& clock, Reserve& reserve, SegmentList& segments,
               Syncer& syncer)
    : settings_(settings),
      clock_(clock),
      reserve_(reserve),
      segments_(segments),
      syncer_(syncer),
      strings_(most_strings) {}

void Writer::start_segment(std::shared_ptr<Segment> segment) {
    segments_.add(segment);
    seal();
    segment_ = std::move(segment);
    next_ = 1;
    limit_ = segment_->slot_count() - max_slots_per_click + 1;
    clicks_ = 0;
    strings_.start_segment(strings_for(segment_->slot_count()));
}

void Writer::seal() noexcept {
    if (segment_) segment_->seal();
}

clicks::ClickSink::Outcome Writer::record(const clicks::Click& click) noexcept {
    if (must_move() && !move_on()) {
        add_one(refused_);
        return Outcome::refused;
    }
    ClickSlot slot{};
    slot.kind = SlotKind::click;
    slot.link = static_cast<std::int64_t>(click.link);
    slot.time_ms = click.time.time_since_epoch().count();
    slot.client_network = click.client_network;
    slot.user_agent = intern(click.user_agent);
    slot.referrer_host = intern(click.referrer_host);
    slot.language = intern(click.language);
    slot.slot = next_;
    commit(as_slot(slot));
    segment_->publish(next_, ++clicks_);
    add_one(recorded_);
    if (!segment_->has_file()) add_one(in_memory_);
    return settings_.sync.when == SyncPolicy::When::group ? Outcome::wait : Outcome::recorded;
}

bool Writer::must_move() const noexcept {
    if (next_ >= limit_ || segment_->has_failed()) return true;
    return !segment_->has_file() && reserve_.has_file();
}

/// To a segment on disk if there is one, else to memory, if that is allowed. False if the click has no place.
bool Writer::move_on() noexcept try {
    if (auto file = reserve_.take_file()) {
        start_segment(std::move(file));
        return true;
    }
    const bool fits_here = next_ < limit_ && !segment_->has_failed();
    if (fits_here) return true;
    if (settings_.on_full == OnFull::refuse) return false;
    auto memory = reserve_.take_memory(segments_);
    if (!memory) return false;
    start_segment(std::move(memory));
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

std::uint32_t Writer::intern(std::string_view text) noexcept {
    if (text.empty()) return 0;
    text = text.substr(0, max_string_bytes);
    const Strings::Place place = strings_.look_up(text);
    if (!place.has_room) return place.slot;
    const std::uint32_t first = next_;
    write_string(text);
    strings_.remember(place, text, first);
    return first;
}

void Writer::write_string(std::string_view text) noexcept {
    StringSlot slot{};
    slot.kind = SlotKind::string;
    slot.length = static_cast<std::uint16_t>(text.size());
    for (; !text.empty(); ++slot.part) {
        const std::string_view piece = text.substr(0, text_per_slot);
        slot.slot = next_;
        slot.text = {};
        std::copy(piece.begin(), piece.end(), slot.text.begin());
        commit(as_slot(slot));
        text.remove_prefix(piece.size());
    }
}

/// Writes the next slot: everything but its CRC, then the CRC, which makes it a record.
void Writer::commit(std::span<const std::byte, slot_size> slot) noexcept {
    const std::uint32_t crc = slot_crc(slot, segment_->seed());
    std::byte* place = segment_->slot(next_);
    std::memcpy(place, slot.data(), crc_offset);
    failpoint("journal.slot_filled");
    std::atomic_ref<std::uint32_t>(*reinterpret_cast<std::uint32_t*>(place + crc_offset))
        .store(crc, std::memory_order_release);
    failpoint("journal.slot_committed");
    ++next_;
}

Task<> Writer::settled() {
    if (settings_.sync.when != SyncPolicy::When::group || !segment_) co_return;
    if (segment_->is_durable(next_)) co_return;
    const Executor executor = co_await asio::this_coro::executor;
    auto wait = [this, &executor](runtime::Completion<bool> durable) {
        const Clock::SteadyTime deadline = clock_.steady() + settings_.group_patience;
        waiting_.push_back({segment_, next_, deadline, std::move(durable)});
        if (group_under_way_) return;
        group_under_way_ = true;
        // Not now: the requests that are already in this turn of the loop may join.
        asio::post(executor, [this, executor] { submit_waiting(executor); });
    };
    const bool durable = co_await runtime::suspended<bool>(wait);
    if (!durable && settings_.on_full == OnFull::refuse) {
        throw Unavailable("journal", "a click could not be brought to disk in time");
    }
}

void Writer::submit_waiting(const Executor& executor) {
    group_under_way_ = !waiting_.empty();
    if (!group_under_way_) return;
    syncer_.submit({std::exchange(waiting_, {}), executor, [this, executor] { submit_waiting(executor); }});
}

}  // namespace urltrim::journal
