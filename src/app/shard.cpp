#include "app/shard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "runtime/timer.hpp"

namespace urltrim::app {

using namespace std::chrono_literals;

Shard::Shard(std::string name, const Shared& shared, const links::Resolver::Settings& cache,
             clicks::ClickSink& clicks)
    : resolver_(shared.links, cache, shared.alias_epoch, shared.clock),
      site_(shared.http, http::Services{resolver_, shared.shortener, clicks, shared.totals, shared.limiter,
                                        shared.readiness, metrics_, shared.clock}),
      io_(std::move(name)),
      listener_(io_.context(), site_, metrics_, shared.clock) {}

void Shard::start() {
    asio::co_spawn(io_.context(), publish_cache_metrics(), asio::detached);
    io_.start();
}

void Shard::drain(std::function<void()> drained) {
    asio::post(io_.context(), [this, drained = std::move(drained)]() mutable {
        listener_.stop();
        asio::co_spawn(io_.context(), wait_until_drained(std::move(drained)), asio::detached);
    });
}

void Shard::stop() {
    io_.stop();
    listener_.abort();
}

/// The cache counts in plain numbers of its own; once a second they go where a scrape may read them.
Task<> Shard::publish_cache_metrics() {
    runtime::Timer timer(io_.context().get_executor());
    for (;;) {
        const links::Resolver::Stats stats = resolver_.stats();
        telemetry::LocalCacheMetrics& metrics = metrics_.local_cache;
        metrics.hits.advance_to(stats.hits);
        metrics.misses.advance_to(stats.misses);
        metrics.negative_hits.advance_to(stats.negative_hits);
        metrics.joins.advance_to(stats.joined);
        metrics.stale_hits.advance_to(stats.stale);
        metrics.evictions.advance_to(stats.evictions);
        metrics.bytes.set(static_cast<std::int64_t>(stats.cache_bytes));
        metrics.entries.set(static_cast<std::int64_t>(stats.cache_entries));
        timer.expires_after(1s);
        co_await timer.async_wait(use_task);
    }
}

Task<> Shard::wait_until_drained(std::function<void()> drained) {
    runtime::Timer timer(io_.context().get_executor());
    while (listener_.active() > 0) {
        timer.expires_after(5ms);
        co_await timer.async_wait(use_task);
    }
    drained();
}

}  // namespace urltrim::app
