#include "journal/journal.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/failpoint.hpp"
#include "runtime/thread.hpp"

namespace urltrim::journal {
namespace {

Settings checked(Settings settings) {
    constexpr std::size_t page = 4096;
    settings.segment_bytes = std::max(settings.segment_bytes / page * page, page);
    return settings;
}

void require_writable(const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    if (::access(directory.c_str(), W_OK | X_OK) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot write to " + directory.string());
    }
}

std::uint64_t backlog_clicks_of(const Segment& segment) {
    const std::uint64_t applied = segment.applied_clicks();  // first: it never overtakes the other
    return segment.clicks() - std::min(applied, segment.clicks());
}

}  // namespace

Journal::Journal(Settings settings, const Clock& clock, RandomSource& random)
    : settings_(checked(std::move(settings))),
      clock_(clock),
      reserve_(settings_, clock, random),
      syncer_(settings_, clock, segments_, reserve_) {
    require_writable(settings_.directory);
    find_leftovers();
}

Journal::~Journal() {
    stop();
}

void Journal::find_leftovers() {
    for (const auto& entry : std::filesystem::directory_iterator(settings_.directory)) {
        const std::filesystem::path extension = entry.path().extension();
        if (extension == segment_suffix || extension == unfinished_suffix)
            leftovers_.push_back({entry.path()});
    }
}

Writer& Journal::add_writer() {
    auto& writer =
        *writers_.emplace_back(std::make_unique<Writer>(settings_, clock_, reserve_, segments_, syncer_));
    try {
        writer.start_segment(reserve_.make());
    } catch (const std::system_error& error) {
        spdlog::error("journal: starting without a segment on disk: {}", error.what());
    }
    return writer;
}

void Journal::start() {
    syncer_.start();
    housekeeper_ = runtime::start_thread("journal-house", [this] { keep_house(); });
}

void Journal::stop() {
    if (std::exchange(stopped_, true)) return;
    reserve_.close();
    if (housekeeper_.joinable()) housekeeper_.join();
    for (const auto& writer : writers_) writer->seal();
    syncer_.stop();
    save_volatile();
    remove_done();
    reserve_.remove_all();
}

void Journal::keep_house() {
    std::chrono::milliseconds pause{0};
    std::optional<std::chrono::milliseconds> try_again;
    do {
        reserve_.top_up();
        recover_leftovers();
        pause = std::clamp(2 * pause, settings_.retry_first, settings_.retry_longest);
        try_again = leftovers_.empty() ? std::nullopt : std::optional(pause);
    } while (reserve_.wait(try_again));
}

void Journal::recover_leftovers() {
    std::erase_if(leftovers_, [this](Leftover& leftover) {
        if (reserve_.is_closed()) return false;
        const bool done = recover(leftover);
        reserve_.top_up();
        return done;
    });
}

/// False if it has to be tried again. A segment may be locked although its process was killed: the kernel
/// lets go of the lock when it lets go of the mapping, and whoever looks at the process in /proc at that
/// moment delays that. And what cannot be read for want of descriptors or memory can be read later.
bool Journal::recover(Leftover& leftover) try {
    if (!take(leftover)) return false;
    if (leftover.unreadable) unreadable_.fetch_sub(1, std::memory_order_relaxed);
    return true;
} catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return true;  // somebody else has drained it
    if (!std::exchange(leftover.unreadable, true)) note_unreadable(leftover.path, error.what());
    return false;
}

bool Journal::take(Leftover& leftover) {
    const std::filesystem::path& path = leftover.path;
    auto taken = take_over(path);
    if (std::holds_alternative<LockedElsewhere>(taken)) {
        if (!std::exchange(leftover.locked, true)) {
            spdlog::warn("journal: {} is locked by a live or dying process: it waits", path.string());
        }
        return false;
    }
    if (path.extension() == unfinished_suffix) {
        std::filesystem::remove(path);
    } else if (const BadHeader* bad = std::get_if<BadHeader>(&taken)) {
        note_unreadable(path, *bad == BadHeader::newer_version
                                  ? "it was written by a newer version"
                                  : "its header is damaged or belongs to another file");
    } else {
        take_up(std::get<SegmentFile>(std::move(taken)));
    }
    return true;
}

/// From here on the segment is one of ours, except that nothing is ever added to it.
void Journal::take_up(SegmentFile file) {
    const Census census = take_census(file.file, file.header);
    failpoint("journal.recovery.scanned");
    auto segment = Segment::left_behind(std::move(file), census);
    if (segment->is_done()) return segment->remove();
    spdlog::info("journal: segment {} was left behind with {} clicks, {} void and {} torn slots",
                 to_hex(segment->id()), census.clicks, census.voids, census.torn);
    segments_.add(std::move(segment));  // first: whoever sees it counted finds it in the backlog
    recovered_clicks_.fetch_add(census.clicks, std::memory_order_relaxed);
    recovered_segments_.fetch_add(1, std::memory_order_relaxed);
}

void Journal::note_unreadable(const std::filesystem::path& path, const char* problem) {
    unreadable_.fetch_add(1, std::memory_order_relaxed);
    spdlog::critical("journal: {} is kept, but cannot be used: {}", path.string(), problem);
}

std::vector<clicks::Batch> Journal::cut(std::size_t max_records) {
    remove_done();
    std::vector<clicks::Batch> batches;
    std::int64_t oldest = 0;
    for (const auto& segment : segments_.all()) {
        if (max_records == 0) break;
        std::optional<clicks::Batch> batch = cut(*segment, max_records);
        segment->release_memory();
        if (!batch) continue;
        max_records -= batch->end - batch->first;
        if (!batch->records.empty()) {
            const std::int64_t time = batch->records.front().time.time_since_epoch().count();
            oldest = oldest == 0 ? time : std::min(oldest, time);
        }
        batches.push_back(std::move(*batch));
    }
    oldest_ms_.store(oldest, std::memory_order_relaxed);
    return batches;
}

/// One segment that cannot be read does not hold up the others; it is tried again with every cut.
std::optional<clicks::Batch> Journal::cut(Segment& segment, std::size_t max_slots) try {
    if (segment.needs_sync()) syncer_.sync(segment);
    std::uint64_t voids = 0;
    std::optional<clicks::Batch> batch = segment.cut(max_slots, voids);
    voids_.fetch_add(voids, std::memory_order_relaxed);
    if (unreadable_now_.erase(segment.id()) > 0) unreadable_.fetch_sub(1, std::memory_order_relaxed);
    return batch;
} catch (const std::system_error& error) {
    if (unreadable_now_.insert(segment.id()).second) note_unreadable(to_hex(segment.id()), error.what());
    return std::nullopt;
}

void Journal::applied(std::span<const clicks::Batch> batches) {
    for (const auto& segment : segments_.all()) {
        for (const clicks::Batch& batch : batches) {
            if (batch.segment == segment->id()) segment->mark_applied(batch);
        }
        segment->release_memory();
    }
    oldest_ms_.store(0, std::memory_order_relaxed);
    syncer_.applied();
    remove_done();
}

void Journal::rewind() {
    for (const auto& segment : segments_.all()) segment->rewind();
}

void Journal::remove_done() {
    for (const auto& segment : segments_.all()) {
        if (!segment->is_done()) continue;
        segment->remove();
        segments_.remove(segment);
    }
}

/// On a clean stop clicks that are only in memory get a last chance: the disk may have room again.
void Journal::save_volatile() {
    for (const auto& segment : segments_.all()) {
        if (segment->has_file() || segment->is_done()) continue;
        try {
            segment->save(settings_.directory);
            sync_directory(settings_.directory);
        } catch (const std::system_error& error) {
            spdlog::critical("journal: {} clicks are lost: they were in memory only, and {}",
                             backlog_clicks_of(*segment), error.what());
        }
    }
}

Stats Journal::stats() const {
    Stats stats;
    bool writes_to_memory = false;
    bool waits_in_memory = false;
    for (const auto& segment : segments_.all()) {
        const std::uint32_t applied = segment->applied();  // first: it never overtakes the position
        stats.backlog_clicks += backlog_clicks_of(*segment);
        stats.backlog_bytes += std::uint64_t{segment->position() - applied} * slot_size;
        ++stats.segments;
        if (segment->has_file()) continue;
        ++stats.volatile_segments;
        writes_to_memory |= !segment->is_sealed();
        waits_in_memory |= backlog_clicks_of(*segment) > 0;
    }
    for (const auto& writer : writers_) {
        stats.recorded += writer->recorded();
        stats.recorded_in_memory += writer->recorded_in_memory();
        stats.refused += writer->refused();
    }
    if (const std::int64_t oldest = oldest_ms_.load(std::memory_order_relaxed); oldest != 0) {
        const std::chrono::milliseconds age =
            clock_.utc().time_since_epoch() - std::chrono::milliseconds{oldest};
        stats.oldest = std::max(age, std::chrono::milliseconds{0});
    }
    stats.reserve = reserve_.size();
    stats.syncs = syncer_.syncs();
    stats.sync_failures = syncer_.failures();
    stats.void_slots = voids_.load(std::memory_order_relaxed);
    stats.recovered_segments = recovered_segments_.load(std::memory_order_relaxed);
    stats.recovered_clicks = recovered_clicks_.load(std::memory_order_relaxed);
    stats.unreadable_segments = unreadable_.load(std::memory_order_relaxed);
    // A writer that is still in memory goes to disk with its next click, if a segment is ready for it.
    stats.degraded = waits_in_memory || (writes_to_memory && !reserve_.has_file()) || !reserve_.is_healthy();
    return stats;
}

}  // namespace urltrim::journal
