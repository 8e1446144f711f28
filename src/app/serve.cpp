#include "app/serve.hpp"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/backends.hpp"
#include "app/data_directory.hpp"
#include "app/embedded.hpp"
#include "app/metrics.hpp"
#include "app/shard.hpp"
#include "clicks/direct_transport.hpp"
#include "clicks/relay.hpp"
#include "http/admin_site.hpp"
#include "http/listener.hpp"
#include "journal/journal.hpp"
#include "runtime/stop_signals.hpp"
#include "runtime/timer.hpp"
#include "sqlite/migrations.hpp"

namespace urltrim::app {
namespace {

using Shards = std::vector<std::unique_ptr<Shard>>;

/// How long a stop waits for clicks that are not applied yet. What is left then is applied after the next
/// start.
constexpr std::chrono::milliseconds last_drain{1000};

/// A full disk or a limit on file sizes is an error to handle, not a reason to die; and a connection each is
/// a descriptor each, so take as many as the system gives.
void prepare_process() {
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
}

void migrate_store(const std::filesystem::path& path) {
    try {
        for (const auto& migration : sqlite::migrate(path))
            spdlog::info("store: applied migration {}", migration);
    } catch (const std::exception& error) {
        throw CannotStart(std::string("the store cannot be used: ") + error.what());
    }
}

asio::ip::tcp::endpoint open_or_explain(
    const char* variable, const asio::ip::tcp::endpoint& wanted,
    const std::function<asio::ip::tcp::endpoint(const asio::ip::tcp::endpoint&)>& open) {
    try {
        return open(wanted);
    } catch (const boost::system::system_error& error) {
        throw CannotStart(fmt::format("{}: cannot listen on {} port {}: {}", variable,
                                      wanted.address().to_string(), wanted.port(), error.code().message()));
    }
}

Task<std::vector<http::ComponentStatus>> readiness_of(Backends& backends, const journal::Journal& journal) {
    std::vector<http::ComponentStatus> components = co_await backends.readiness();
    http::ComponentStatus& clicks = components.emplace_back();
    clicks.name = "journal";
    const journal::Stats stats = journal.stats();
    if (stats.degraded) {
        clicks.health = http::ComponentStatus::Health::degraded;
        clicks.note =
            "the disk takes no new segments: clicks use up the reserve, then go to memory or are refused";
    } else if (stats.unreadable_segments > 0) {
        clicks.health = http::ComponentStatus::Health::degraded;
        clicks.note = "segments cannot be read and were kept: see the log";
    }
    co_return components;
}

std::string metrics_page(const Shards& shards, const journal::Journal& journal, const clicks::Relay& relay,
                         const Backends& backends) {
    std::vector<const telemetry::ShardMetrics*> metrics;
    for (const auto& shard : shards) metrics.push_back(&shard->metrics());
    return telemetry::prometheus_text(metrics, process_metrics(journal, relay, backends));
}

Task<> end_on_signal(runtime::Timer& wait, runtime::StopSignals& signals) {
    co_await signals.next();
    wait.cancel();
}

/// Until `deadline` at most: every shard finishes what is in flight. A second signal ends the wait.
Task<> drain(asio::io_context& control, Shards& shards, runtime::StopSignals& signals,
             Clock::SteadyTime deadline) {
    runtime::Timer wait(control.get_executor(), deadline);
    std::size_t busy = shards.size();
    auto drained = [&] {
        asio::post(control, [&] {
            if (--busy == 0) wait.cancel();
        });
    };
    for (const auto& shard : shards) shard->drain(drained);
    asio::co_spawn(control, end_on_signal(wait, signals), asio::detached);
    co_await wait.async_wait(asio::as_tuple(use_task));
    if (busy > 0) spdlog::warn("stopping although requests are still in flight");
    control.stop();
}

/// `deadline` is set when the signal comes.
Task<> stop_on_signal(asio::io_context& control, runtime::StopSignals& signals, Shards& shards,
                      Backends& backends, std::chrono::seconds limit, Clock::SteadyTime& deadline) {
    const int signal = co_await signals.next();
    spdlog::info("{}: stopping", signal == SIGINT ? "interrupted" : "terminated");
    deadline = std::chrono::steady_clock::now() + limit;
    backends.finish_by(deadline);
    co_await drain(control, shards, signals, deadline);
}

links::Shortener::Settings shortener_settings(const config::Settings& settings) {
    links::Shortener::Settings shortener;
    if (!settings.base_url.empty())
        shortener.own_authority = settings.base_url.substr(settings.base_url.find("//") + 2);
    shortener.code_length = settings.short_code_length;
    shortener.alias_max_length = settings.alias_max_length;
    shortener.deny_private_targets = settings.deny_private_targets;
    shortener.reserved = http::reserved_words();
    return shortener;
}

links::Resolver::Settings resolver_settings(const config::Settings& settings) {
    links::Resolver::Settings resolver;
    resolver.cache_bytes = settings.local_cache_bytes / settings.threads;
    resolver.cache_ttl = settings.local_cache_ttl;
    return resolver;
}

http::Settings http_settings(const config::Settings& settings) {
    return {.service_name = settings.app_name,
            .version = URLTRIM_VERSION,
            .base_url = settings.base_url,
            .trusted_proxies = {settings.trusted_proxies.v4, settings.trusted_proxies.v6}};
}

journal::Settings journal_settings(const config::Settings& settings, const DataDirectory& data) {
    using When = config::JournalSync::When;
    journal::Settings journal;
    journal.directory = data.journal();
    journal.segment_bytes = settings.journal_segment_bytes;
    journal.reserve = settings.journal_reserve;
    journal.sync.interval = settings.journal_sync.interval;
    journal.sync.when = settings.journal_sync.when == When::process ? journal::SyncPolicy::When::process
                        : settings.journal_sync.when == When::group ? journal::SyncPolicy::When::group
                                                                    : journal::SyncPolicy::When::interval;
    journal.on_full = settings.journal_on_full == config::JournalOnFull::refuse
                          ? journal::OnFull::refuse
                          : journal::OnFull::use_volatile;
    return journal;
}

std::string as_origin(const asio::ip::tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
    return "http://" + host + ":" + std::to_string(endpoint.port());
}

}  // namespace

void serve(const config::Settings& settings) {
    prepare_process();
    const DataDirectory data(settings.data_dir);
    migrate_store(settings.sqlite_path);
    const SystemClock clock;
    SystemRandom random;

    // Destroyed from the bottom up: relay, journal and store answer every task that still waits for them
    // before the loops of the shards go, and with the loops those tasks.
    Shards shards;
    Embedded backends(settings, clock);
    journal::Journal journal(journal_settings(settings, data), clock, random);
    clicks::DirectTransport transport(backends.clicks());
    clicks::Relay relay(journal, transport, clock, random, {});

    const http::Settings http = http_settings(settings);
    const http::Readiness readiness = [&] { return readiness_of(backends, journal); };
    links::AliasEpoch alias_epoch;
    links::Shortener shortener(backends.links(), shortener_settings(settings), alias_epoch, random);
    const Shard::Shared shared{backends.links(),
                               shortener,
                               backends.totals(),
                               backends.limiter(),
                               readiness,
                               alias_epoch,
                               http,
                               clock};

    asio::ip::tcp::endpoint endpoint(settings.host, settings.port);
    for (unsigned i = 0; i < settings.threads; ++i) {
        shards.push_back(std::make_unique<Shard>("io " + std::to_string(i), shared,
                                                 resolver_settings(settings), journal.add_writer()));
        Shard& shard = *shards.back();
        if (i == 0) {
            endpoint =
                open_or_explain("PORT", endpoint, [&](const auto& wanted) { return shard.open(wanted); });
        } else {
            shard.join(endpoint);
        }
    }

    // Signals and the admin listener live on this thread.
    asio::io_context control(1);
    runtime::StopSignals signals(control.get_executor());  // before anybody can see that we serve
    http::AdminSite admin_site([&] { return metrics_page(shards, journal, relay, backends); }, readiness);
    telemetry::ShardMetrics admin_metrics;
    http::Listener admin(control, admin_site, admin_metrics, clock);
    if (settings.admin_port != 0) {
        const asio::ip::tcp::endpoint wanted(settings.admin_host, settings.admin_port);
        open_or_explain("ADMIN_PORT", wanted, [&](const auto& address) { return admin.open(address); });
    }

    journal.start();
    relay.start();
    for (const auto& shard : shards) shard->start();
    spdlog::info("urltrim {} serves {}", URLTRIM_VERSION, as_origin(endpoint));

    Clock::SteadyTime deadline;
    asio::co_spawn(control,
                   stop_on_signal(control, signals, shards, backends, settings.shutdown_timeout, deadline),
                   asio::detached);
    control.run();

    for (const auto& shard : shards) shard->stop();
    const auto left = std::chrono::floor<std::chrono::milliseconds>(deadline - clock.steady());
    relay.stop(std::clamp(left, std::chrono::milliseconds{0}, last_drain));
    journal.stop();
    spdlog::info("stopped");
}

}  // namespace urltrim::app
