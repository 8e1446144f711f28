#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>

#include "http/listener.hpp"
#include "http/public_site.hpp"
#include "links/resolver.hpp"
#include "runtime/io_thread.hpp"
#include "telemetry/shard_metrics.hpp"

namespace urltrim::app {

/// One io thread of the public service with all that it does not share: local cache, click sink, listener,
/// metrics. Requests stay on the shard that accepted their connection.
class Shard {
public:
    /// What all shards share; must outlive them.
    struct Shared {
        links::LinkRepository& links;
        links::Shortener& shortener;
        clicks::ClickTotals& totals;
        limits::RateLimiter& limiter;
        http::Readiness readiness;
        const links::AliasEpoch& alias_epoch;
        const http::Settings& http;
        const Clock& clock;
    };

    Shard(std::string name, const Shared& shared, const links::Resolver::Settings& cache,
          clicks::ClickSink& clicks);

    /// Listens, answering the address with the port that was taken; nothing is accepted before start().
    asio::ip::tcp::endpoint open(const asio::ip::tcp::endpoint& endpoint) { return listener_.open(endpoint); }
    /// The same for every further shard, on the address that the first has opened.
    void join(const asio::ip::tcp::endpoint& endpoint) { listener_.join(endpoint); }
    void start();

    /// Any thread: no new connections, idle ones closed, busy ones finish. `drained` is called on the io
    /// thread once nothing is left.
    void drain(std::function<void()> drained);

    /// Closes what is still open and joins the thread.
    void stop();

    const telemetry::ShardMetrics& metrics() const noexcept { return metrics_; }

private:
    Task<> publish_cache_metrics();
    Task<> wait_until_drained(std::function<void()> drained);

    // Destroyed from the bottom up: with the loop go the tasks that are suspended on it, and those refer to
    // what stands above it.
    telemetry::ShardMetrics metrics_;
    links::Resolver resolver_;
    http::PublicSite site_;
    runtime::IoThread io_;
    http::Listener listener_;
};

}  // namespace urltrim::app
