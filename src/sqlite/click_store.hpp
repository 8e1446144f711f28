#pragma once

#include <optional>
#include <unordered_set>

#include "clicks/click_store.hpp"
#include "sqlite/database.hpp"
#include "sqlite/tally.hpp"

namespace urltrim::sqlite {

/// Counts in SQLite. What is applied of a segment is one number, the slots below its mark, because the one
/// applier gets the ranges of a segment in order. Mark and counters change in the same transaction.
///
/// A call with many counters is split into several transactions, each of which moves the mark as far as it
/// counted. If a later one fails, the earlier ones stay, and the same call made again goes on from the
/// marks. Creates, which want the same write lock, do not wait for a big one: it is given up as soon as a
/// link is waiting, and smaller ones follow, in turn with the creates.
class ClickStore final : public clicks::ClickStore {
public:
    explicit ClickStore(Database& database) : database_(database) {}

    /// As the port says. Slots of a segment count from 0. A range that begins above the segment's mark is
    /// refused with Unavailable: moving the mark over the slots between would lose them for ever, whereas the
    /// journal still has them.
    void apply(std::span<const clicks::Batch> batches) override;

private:
    struct Session {
        explicit Session(Database& database);
        Connection connection;
        Statement mark_of, set_mark, add_total, add_hourly, add_tallies;
    };

    using UnknownLinks = std::unordered_set<links::LinkId>;

    enum class Step { all_applied, part_applied, gave_way };

    Step apply_some(std::span<const clicks::Batch> batches);
    bool take(std::span<const clicks::Batch> batches, Tally& tally);
    std::uint32_t mark_of(const clicks::Batch& batch);
    void move_marks(const Tally& tally);
    std::optional<UnknownLinks> add_to_counters(const Tally& tally);
    void add_to_segments(const Tally& tally, const UnknownLinks& unknown);

    Database& database_;
    std::optional<Session> session_;
    bool between_creates_ = false;  ///< links were waiting at the last step
};

}  // namespace urltrim::sqlite
