#include "telemetry/exposition.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <sstream>
#include <utility>

namespace urltrim::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;
using Shards = std::span<const ShardMetrics* const>;

double seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

/// The scrape as it grows, family by family.
class Page {
public:
    void counter(std::string name, std::string help, double value) {
        begin(MetricType::Counter, std::move(name), std::move(help));
        sample({}, value);
    }
    void counter(std::string name, std::string help, std::uint64_t value) {
        counter(std::move(name), std::move(help), static_cast<double>(value));
    }
    void gauge(std::string name, std::string help, double value) {
        begin(MetricType::Gauge, std::move(name), std::move(help));
        sample({}, value);
    }
    void gauge(std::string name, std::string help, std::uint64_t value) {
        gauge(std::move(name), std::move(help), static_cast<double>(value));
    }

    /// A family with labels: begin it, then add its samples.
    void begin(MetricType type, std::string name, std::string help) {
        MetricFamily& family = families_.emplace_back();
        family.name = std::move(name);
        family.help = std::move(help);
        family.type = type;
    }
    void sample(Labels labels, double value) {
        ClientMetric& metric = families_.back().metric.emplace_back();
        metric.label = std::move(labels);
        if (families_.back().type == MetricType::Counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
    }
    void sample(Labels labels, std::uint64_t value) { sample(std::move(labels), static_cast<double>(value)); }

    void histogram(std::string name, std::string help, ClientMetric::Histogram histogram) {
        begin(MetricType::Histogram, std::move(name), std::move(help));
        families_.back().metric.emplace_back().histogram = std::move(histogram);
    }

    std::string text() const {
        std::ostringstream out;
        prometheus::TextSerializer{}.Serialize(out, families_);
        return std::move(out).str();
    }

private:
    std::vector<MetricFamily> families_;
};

/// Adds up what `of` finds in each shard.
template <class Of>
std::uint64_t sum(Shards shards, Of of) {
    std::uint64_t total = 0;
    for (const ShardMetrics* shard : shards) total += of(*shard).value();
    return total;
}

/// The same for gauges. A thread may give back what another one took, so only the sum has to be positive.
template <class Of>
double sum_of_gauges(Shards shards, Of of) {
    std::int64_t total = 0;
    for (const ShardMetrics* shard : shards) total += of(*shard).value();
    return static_cast<double>(total);
}

void add_redirects(Page& page, Shards shards) {
    static constexpr std::array<std::pair<RedirectResult, const char*>, redirect_results> names{{
        {RedirectResult::found, "found"},
        {RedirectResult::not_found, "not_found"},
        {RedirectResult::unavailable, "unavailable"},
        {RedirectResult::refused, "refused"},
    }};
    page.begin(MetricType::Counter, "urltrim_redirects_total",
               "Requests for a short code by what became of them: found (302), not_found (404), unavailable "
               "(503, the store did not answer), refused (503, the click could not be recorded).");
    for (const auto& [result, name] : names) {
        const auto counted = sum(shards, [which = result](const ShardMetrics& shard) -> const Counter& {
            return shard.redirects[which];
        });
        page.sample({{"result", name}}, counted);
    }
}

void add_redirect_duration(Page& page, Shards shards) {
    ClientMetric::Histogram histogram;
    std::chrono::nanoseconds total{0};
    for (const ShardMetrics* shard : shards) total += shard->redirect_duration.sum();
    histogram.sample_sum = seconds(total);

    for (std::size_t bucket = 0; bucket < Histogram::buckets; ++bucket) {
        for (const ShardMetrics* shard : shards) {
            histogram.sample_count += shard->redirect_duration.count(bucket);
        }
        // The serializer adds the bucket +Inf by itself, from sample_count.
        if (bucket == Histogram::bounds.size()) break;
        histogram.bucket.push_back({histogram.sample_count, seconds(Histogram::bounds[bucket])});
    }
    page.histogram(
        "urltrim_redirect_duration_seconds",
        "Time from the parsed request head of a redirect to its response being handed to the kernel.",
        std::move(histogram));
}

void add_responses(Page& page, Shards shards) {
    static constexpr std::array<std::pair<Route, const char*>, routes> names{{
        {Route::shorten, "shorten"},
        {Route::analytics, "analytics"},
        {Route::page, "page"},
        {Route::probe, "probe"},
        {Route::other, "other"},
    }};
    static constexpr std::array<const char*, StatusCounters::classes> classes{"1xx", "2xx", "3xx", "4xx",
                                                                              "5xx"};
    page.begin(MetricType::Counter, "urltrim_responses_total",
               "Responses by route and class of status, redirects aside (see urltrim_redirects_total).");
    for (const auto& [route, name] : names) {
        for (std::size_t status_class = 1; status_class <= classes.size(); ++status_class) {
            std::uint64_t counted = 0;
            for (const ShardMetrics* shard : shards) counted += shard->responses[route].value(status_class);
            page.sample({{"route", name}, {"status", classes[status_class - 1]}}, counted);
        }
    }
}

void add_local_cache(Page& page, Shards shards) {
    const auto counted = [shards](Counter LocalCacheMetrics::* which) {
        return sum(shards,
                   [which](const ShardMetrics& shard) -> const Counter& { return shard.local_cache.*which; });
    };
    const auto measured = [shards](Gauge LocalCacheMetrics::* which) {
        return sum_of_gauges(
            shards, [which](const ShardMetrics& shard) -> const Gauge& { return shard.local_cache.*which; });
    };
    page.begin(
        MetricType::Counter, "urltrim_local_cache_lookups_total",
        "Look-ups in the in-process cache: hit, negative_hit (remembered that there is no such link), miss.");
    page.sample({{"result", "hit"}}, counted(&LocalCacheMetrics::hits));
    page.sample({{"result", "negative_hit"}}, counted(&LocalCacheMetrics::negative_hits));
    page.sample({{"result", "miss"}}, counted(&LocalCacheMetrics::misses));
    page.counter("urltrim_local_cache_evictions_total",
                 "Entries dropped from the in-process cache to make room (not those that expired).",
                 counted(&LocalCacheMetrics::evictions));
    page.counter(
        "urltrim_store_lookups_joined_total",
        "Misses that waited for a look-up of the same code already under way instead of starting one.",
        counted(&LocalCacheMetrics::joins));
    page.counter("urltrim_local_cache_stale_answers_total",
                 "Look-ups answered with an expired entry because the store was away.",
                 counted(&LocalCacheMetrics::stale_hits));
    page.gauge("urltrim_local_cache_bytes", "Memory held by the in-process cache, at most LOCAL_CACHE_BYTES.",
               measured(&LocalCacheMetrics::bytes));
    page.gauge("urltrim_local_cache_entries", "Links held by the in-process cache.",
               measured(&LocalCacheMetrics::entries));
}

void add_connections(Page& page, Shards shards) {
    page.counter(
        "urltrim_connections_accepted_total", "Connections accepted on the public listener.",
        sum(shards, [](const ShardMetrics& shard) -> const Counter& { return shard.connections_accepted; }));
    page.gauge("urltrim_connections_open", "Connections that are open now.",
               sum_of_gauges(
                   shards, [](const ShardMetrics& shard) -> const Gauge& { return shard.connections_open; }));
    page.counter(
        "urltrim_accept_errors_total",
        "Failed attempts to accept a connection, most often for want of file descriptors.",
        sum(shards, [](const ShardMetrics& shard) -> const Counter& { return shard.accept_errors; }));
    page.counter("urltrim_rate_limited_total",
                 "Requests answered 429 because their client was over the limit.",
                 sum(shards, [](const ShardMetrics& shard) -> const Counter& { return shard.rate_limited; }));

    static constexpr std::array<std::pair<RequestFault, const char*>, request_fault_kinds> names{{
        {RequestFault::malformed, "malformed"},
        {RequestFault::head_too_large, "head_too_large"},
        {RequestFault::body_too_large, "body_too_large"},
        {RequestFault::too_slow, "too_slow"},
    }};
    page.begin(MetricType::Counter, "urltrim_request_faults_total",
               "Connections closed because their bytes were no acceptable HTTP request.");
    for (const auto& [fault, name] : names) {
        const auto counted = sum(shards, [which = fault](const ShardMetrics& shard) -> const Counter& {
            return shard.request_faults[which];
        });
        page.sample({{"fault", name}}, counted);
    }
}

void add_journal(Page& page, const JournalMetrics& journal) {
    page.counter("urltrim_journal_records_total", "Clicks recorded since the start.", journal.records);
    page.gauge("urltrim_journal_backlog_records",
               "Clicks that are recorded but not yet applied to the store.", journal.backlog_records);
    page.gauge("urltrim_journal_backlog_bytes", "Journal bytes that are not yet applied to the store.",
               journal.backlog_bytes);
    page.gauge("urltrim_journal_segments", "Journal segment files in use.", journal.segments);
    page.gauge("urltrim_journal_reserve_segments",
               "Spare segment files made ahead; below JOURNAL_RESERVE for long means that the disk is full.",
               journal.reserve_segments);
    page.gauge("urltrim_journal_oldest_unapplied_seconds",
               "Age of the oldest click that is not yet applied to the store.",
               seconds(journal.oldest_unapplied));
    page.counter("urltrim_journal_sync_failures_total",
                 "Failed syncs of a journal segment to disk. Any is a reason to look at the disk.",
                 journal.sync_failures);
    page.counter("urltrim_journal_void_slots_total",
                 "Damaged journal records found when recovering segments.", journal.void_slots);
    page.counter("urltrim_journal_volatile_records_total",
                 "Clicks held in memory only because the disk was full (JOURNAL_ON_FULL=volatile).",
                 journal.volatile_records);
    page.counter(
        "urltrim_journal_refused_records_total",
        "Clicks, and with them redirects, refused because the disk was full (JOURNAL_ON_FULL=refuse).",
        journal.refused_records);
}

void add_relay(Page& page, const RelayMetrics& relay) {
    page.counter("urltrim_relay_applied_records_total",
                 "Clicks delivered and known to be in the store, those it had before included.",
                 relay.applied_records);
    page.gauge("urltrim_relay_apply_lag_seconds", "Time from a click to its commit, in the latest delivery.",
               seconds(relay.apply_lag));
    page.gauge("urltrim_relay_last_delivery_seconds", "How long the latest delivery took.",
               seconds(relay.last_delivery));
    page.counter("urltrim_relay_failures_total", "Deliveries that failed and were tried again.",
                 relay.failures);
    page.counter("urltrim_relay_cpu_seconds_total", "CPU time of the thread that applies clicks.",
                 seconds(relay.cpu));
}

void add_store(Page& page, const std::vector<StoreErrors>& store) {
    page.begin(MetricType::Counter, "urltrim_store_errors_total",
               "Operations of the store that failed, by operation.");
    for (const StoreErrors& entry : store) {
        page.sample({{"operation", std::string(entry.operation)}}, entry.errors);
    }
}

void add_build(Page& page, const BuildInfo& build) {
    page.begin(MetricType::Gauge, "urltrim_build_info", "Always 1; the labels say which build this is.");
    page.sample({{"version", std::string(build.version)}, {"commit", std::string(build.commit)}}, 1.0);
}

void add_process_use(Page& page, const ProcessUse& use) {
    page.counter("process_cpu_seconds_total", "User and system CPU time of the process.", seconds(use.cpu));
    page.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.",
               seconds(use.started.time_since_epoch()));
    page.gauge("process_resident_memory_bytes", "Resident memory of the process.", use.resident_bytes);
    page.gauge("process_open_fds", "Open file descriptors.", use.open_fds);
    page.gauge("process_max_fds", "File descriptors that the process may open.", use.max_fds);
}

}  // namespace

std::string prometheus_text(std::span<const ShardMetrics* const> shards, const ProcessMetrics& process) {
    Page page;
    add_redirects(page, shards);
    add_redirect_duration(page, shards);
    add_responses(page, shards);
    add_local_cache(page, shards);
    add_connections(page, shards);
    add_journal(page, process.journal);
    add_relay(page, process.relay);
    add_store(page, process.store);
    add_build(page, process.build);
    add_process_use(page, process.use);
    return page.text();
}

}  // namespace urltrim::telemetry
