#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/process_use.hpp"
#include "telemetry/shard_metrics.hpp"

namespace urltrim::telemetry {

// What the process knows beside its io threads. Plain values, filled in by whoever can see the journal, the
// relay and the store, at the moment of the scrape.

struct BuildInfo {
    std::string_view version;
    std::string_view commit;  ///< empty if the build does not know
};

struct JournalMetrics {
    std::uint64_t records = 0;                     ///< clicks recorded since the start
    std::uint64_t backlog_records = 0;             ///< recorded, not yet applied to the store
    std::uint64_t backlog_bytes = 0;               ///< the same in journal bytes
    std::uint64_t segments = 0;                    ///< segment files that exist, spare ones aside
    std::uint64_t reserve_segments = 0;            ///< spare segments, ready for a full disk
    std::chrono::nanoseconds oldest_unapplied{0};  ///< age of the oldest click that is not applied
    std::uint64_t sync_failures = 0;
    std::uint64_t void_slots = 0;        ///< damaged records found by recovery
    std::uint64_t volatile_records = 0;  ///< clicks that went to memory because the disk was full
    std::uint64_t refused_records = 0;   ///< redirects answered 503 because the disk was full
};

struct RelayMetrics {
    std::uint64_t applied_records = 0;
    std::chrono::nanoseconds apply_lag{0};      ///< from the click to its commit, in the latest delivery
    std::chrono::nanoseconds last_delivery{0};  ///< how long the latest delivery took
    std::uint64_t failures = 0;
    std::chrono::nanoseconds cpu{0};  ///< CPU time of the relay thread
};

/// Failures of one operation of the store. `operation` is a name in our code ("find", "insert", …), never
/// data.
struct StoreErrors {
    std::string_view operation;
    std::uint64_t errors = 0;
};

struct ProcessMetrics {
    BuildInfo build;
    JournalMetrics journal;
    RelayMetrics relay;
    std::vector<StoreErrors> store;
    ProcessUse use;
};

/// Everything in the Prometheus text format 0.0.4 (send it as `exposition_content_type`): `shards` summed up,
/// then `process`. Units are seconds and bytes; every name begins with `urltrim_`, save for the `process_`
/// names that all Prometheus clients share. Any thread, while the io threads count on.
std::string prometheus_text(std::span<const ShardMetrics* const> shards, const ProcessMetrics& process);

inline constexpr std::string_view exposition_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace urltrim::telemetry
