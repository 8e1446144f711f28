#include "app/metrics.hpp"

namespace urltrim::app {

telemetry::ProcessMetrics process_metrics(const journal::Journal& journal, const clicks::Relay& relay,
                                          const Backends& backends) {
    telemetry::ProcessMetrics metrics;
    metrics.build.version = URLTRIM_VERSION;
    metrics.build.commit = URLTRIM_COMMIT;

    const journal::Stats clicks = journal.stats();
    metrics.journal.records = clicks.recorded;
    metrics.journal.backlog_records = clicks.backlog_clicks;
    metrics.journal.backlog_bytes = clicks.backlog_bytes;
    metrics.journal.segments = clicks.segments;
    metrics.journal.reserve_segments = clicks.reserve;
    metrics.journal.oldest_unapplied = clicks.oldest;
    metrics.journal.sync_failures = clicks.sync_failures;
    metrics.journal.void_slots = clicks.void_slots;
    metrics.journal.volatile_records = clicks.recorded_in_memory;
    metrics.journal.refused_records = clicks.refused;

    const clicks::Relay::Stats relayed = relay.stats();
    metrics.relay.applied_records = relayed.applied_records;
    metrics.relay.apply_lag = relayed.lag;
    metrics.relay.last_delivery = relayed.last_delivery;
    metrics.relay.failures = relayed.failures;
    metrics.relay.cpu = relayed.cpu;

    metrics.store = backends.errors();
    metrics.use = telemetry::process_use();
    return metrics;
}

}  // namespace urltrim::app
