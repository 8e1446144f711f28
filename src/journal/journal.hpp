#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "clicks/batch_source.hpp"
#include "journal/reserve.hpp"
#include "journal/segment_list.hpp"
#include "journal/settings.hpp"
#include "journal/syncer.hpp"
#include "journal/writer.hpp"

namespace urltrim::journal {

/// What a person wants to know about the journal; a snapshot.
struct Stats {
    std::uint64_t backlog_clicks = 0;     ///< recorded here or found, and not yet applied
    std::uint64_t backlog_bytes = 0;      ///< their slots, strings included
    std::uint64_t segments = 0;           ///< in use or waiting to be applied
    std::uint64_t reserve = 0;            ///< made ahead
    std::chrono::milliseconds oldest{0};  ///< age of the oldest click handed to the relay and not yet applied
    std::uint64_t syncs = 0;              ///< fdatasync calls so far, failed ones included
    std::uint64_t sync_failures = 0;
    std::uint64_t void_slots = 0;          ///< damaged slots met
    std::uint64_t volatile_segments = 0;   ///< clicks live in memory only
    std::uint64_t recorded = 0;            ///< clicks recorded since the start
    std::uint64_t recorded_in_memory = 0;  ///< those of them that were in memory only
    std::uint64_t refused = 0;             ///< redirects answered with 503 for want of room
    std::uint64_t recovered_segments = 0;
    std::uint64_t recovered_clicks = 0;
    std::uint64_t unreadable_segments = 0;  ///< kept for a person: damaged header, newer version, read error
    bool degraded = false;                  ///< the disk takes no new segments, or clicks are in memory only
};

/// The click journal of one process: a directory of segments, a writer per io thread, and the source the
/// relay drains. See docs/click_protocol.md for the promise and docs/journal_format.md for the bytes.
///
/// Made, started and stopped on the main thread; BatchSource is the relay's; stats() is for any thread. With
/// `group`, the event loops of the writers must outlive stop(): the sync thread posts to them.
class Journal final : public clicks::BatchSource {
public:
    /// Opens `settings.directory`, made if missing. Throws std::system_error if it cannot be written to. The
    /// process must ignore SIGXFSZ. `clock` and `random` are used from several threads.
    Journal(Settings settings, const Clock& clock, RandomSource& random);

    /// Stops, if nobody did.
    ~Journal() override;

    /// One more writer, before start(). It lives as long as the journal. With a full disk it begins in memory
    /// or without a place, as settings.on_full says.
    Writer& add_writer();

    /// Starts the threads: the reserve is made and what dead processes left behind is taken up in the
    /// background.
    void start();

    /// Seals the writers, brings everything to the disk, deletes what is empty or applied. Call it when no
    /// io thread records and the relay has stopped. Blocks for the disk.
    void stop();

    std::vector<clicks::Batch> cut(std::size_t max_records) override;
    void applied(std::span<const clicks::Batch> batches) override;
    void rewind() override;

    Stats stats() const;

private:
    void find_leftovers();
    /// What an earlier process left behind and nobody has taken up yet. The flags: the log has heard of it.
    struct Leftover {
        std::filesystem::path path;
        bool locked = false;
        bool unreadable = false;
    };

    void keep_house();
    void recover_leftovers();
    bool recover(Leftover& leftover);
    bool take(Leftover& leftover);
    void take_up(SegmentFile file);
    void note_unreadable(const std::filesystem::path& path, const char* problem);
    std::optional<clicks::Batch> cut(Segment& segment, std::size_t max_slots);
    void remove_done();
    void save_volatile();

    const Settings settings_;
    const Clock& clock_;
    SegmentList segments_;
    Reserve reserve_;
    Syncer syncer_;
    std::vector<std::unique_ptr<Writer>> writers_;
    std::vector<Leftover> leftovers_;

    std::atomic<std::uint64_t> voids_{0};
    std::atomic<std::uint64_t> recovered_segments_{0};
    std::atomic<std::uint64_t> recovered_clicks_{0};
    std::atomic<std::uint64_t> unreadable_{0};
    std::atomic<std::int64_t> oldest_ms_{0};      // of what is cut and not applied; 0 = nothing
    std::set<clicks::SegmentId> unreadable_now_;  // relay only
    bool stopped_ = false;
    std::thread housekeeper_;
};

}  // namespace urltrim::journal
