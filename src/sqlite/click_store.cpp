#include "sqlite/click_store.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>

#include "sqlite/crash_point.hpp"

namespace urltrim::sqlite {
namespace {

std::span<const std::byte> key(const clicks::SegmentId& segment) {
    return segment;
}

}  // namespace

// A small cache is enough: counters are visited in the order of their pages, each page once.
ClickStore::Session::Session(Database& database)
    : connection(database.path(), "click counters", database.writer(2048)),
      mark_of(connection.prepare("SELECT applied FROM journal_segments WHERE segment = ?1")),
      set_mark(connection.prepare("INSERT INTO journal_segments(segment, applied) VALUES (?1, ?2) "
                                  "ON CONFLICT(segment) DO UPDATE SET applied = excluded.applied")),
      add_total(connection.prepare("UPDATE links SET clicks = clicks + ?2 WHERE id = ?1")),
      add_hourly(
          connection.prepare("INSERT INTO click_hourly(link_id, hour, clicks) VALUES (?1, ?2, ?3) "
                             "ON CONFLICT(link_id, hour) DO UPDATE SET clicks = clicks + excluded.clicks")),
      add_tallies(
          connection.prepare("UPDATE journal_segments SET clicks = clicks + ?2, orphaned = orphaned + ?3 "
                             "WHERE segment = ?1")) {
    database.checkpointer().watch(connection);
}

void ClickStore::apply(std::span<const clicks::Batch> batches) try {
    while (apply_some(batches) != Step::all_applied) {
    }
} catch (const Unavailable& failure) {
    ++database_.stats().apply_errors;
    const auto* error = dynamic_cast<const Error*>(&failure);
    if (error == nullptr || !error->transient()) session_.reset();
    throw;
}

/// One transaction.
ClickStore::Step ClickStore::apply_some(std::span<const clicks::Batch> batches) {
    const Settings& settings = database_.settings();
    database_.checkpointer().stand_back();
    const WriteTurn::Hold turn(database_.turn());
    if (!session_) session_.emplace(database_);
    Transaction transaction(session_->connection, Transaction::Kind::write);
    Tally tally(between_creates_ ? settings.counters_between_creates : settings.counters_per_commit);
    const bool all = take(batches, tally);
    if (tally.advances().empty()) return Step::all_applied;

    move_marks(tally);
    crash_point("sqlite.clicks.marked");
    const std::optional<UnknownLinks> unknown = add_to_counters(tally);
    if (!unknown) {
        between_creates_ = true;
        return Step::gave_way;
    }
    add_to_segments(tally, *unknown);
    crash_point("sqlite.clicks.before_commit");
    between_creates_ = database_.turn().wanted();
    transaction.commit();
    crash_point("sqlite.clicks.after_commit");

    ++database_.stats().click_commits;
    for (const Tally::Advance& advance : tally.advances()) {
        database_.stats().clicks_applied += advance.records.size();
    }
    return all ? Step::all_applied : Step::part_applied;
}

/// Fills the tally with what is not yet applied, in order. True if there was room for everything.
bool ClickStore::take(std::span<const clicks::Batch> batches, Tally& tally) {
    for (const clicks::Batch& batch : batches) {
        const std::uint32_t mark = mark_of(batch);
        if (batch.end <= mark) continue;
        if (batch.first > mark) {
            spdlog::error(
                "sqlite: a journal range begins at slot {}, but its segment is applied up to {} only: "
                "refused, the clicks stay in the journal",
                batch.first, mark);
            throw Unavailable("sqlite", "click counters: slots are missing before the range");
        }
        if (!tally.add(batch, mark)) return false;
    }
    return true;
}

std::uint32_t ClickStore::mark_of(const clicks::Batch& batch) {
    Statement& statement = session_->mark_of;
    if (!statement.bind(1, key(batch.segment)).step()) return 0;
    const auto mark = static_cast<std::uint32_t>(statement.integer(0));
    statement.reset();
    return mark;
}

void ClickStore::move_marks(const Tally& tally) {
    for (const Tally::Advance& advance : tally.advances()) {
        session_->set_mark.bind(1, key(advance.segment)).bind(2, std::int64_t{advance.mark}).run();
    }
}

/// Nothing if it gave way to a create half-way: then the transaction must not be committed.
std::optional<ClickStore::UnknownLinks> ClickStore::add_to_counters(const Tally& tally) {
    UnknownLinks unknown;
    const std::vector<Tally::HourlyClicks> rows = tally.sorted();
    // A small transaction goes through, so that creates without end cannot keep clicks from being applied.
    const bool big = rows.size() > database_.settings().counters_between_creates;
    for (auto row = rows.begin(); row != rows.end();) {
        if (big && database_.turn().wanted()) return std::nullopt;
        const auto id = static_cast<std::int64_t>(row->link);
        std::int64_t total = 0;
        const auto first_hour = row;
        for (; row != rows.end() && row->link == first_hour->link; ++row) total += row->clicks;

        session_->add_total.bind(1, id).bind(2, total).run();
        if (session_->connection.changes() == 0) {
            unknown.insert(first_hour->link);
            continue;
        }
        for (auto hour = first_hour; hour != row; ++hour) {
            session_->add_hourly.bind(1, id).bind(2, hour->hour).bind(3, hour->clicks).run();
        }
    }
    return unknown;
}

void ClickStore::add_to_segments(const Tally& tally, const UnknownLinks& unknown) {
    for (const Tally::Advance& advance : tally.advances()) {
        std::int64_t orphaned = 0;
        if (!unknown.empty()) {
            orphaned = std::count_if(
                advance.records.begin(), advance.records.end(),
                [&](const clicks::ClickRecord& record) { return unknown.contains(record.link); });
        }
        const std::int64_t counted = static_cast<std::int64_t>(advance.records.size()) - orphaned;
        session_->add_tallies.bind(1, key(advance.segment)).bind(2, counted).bind(3, orphaned).run();
    }
}

}  // namespace urltrim::sqlite
