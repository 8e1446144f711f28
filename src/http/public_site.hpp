#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "clicks/click_sink.hpp"
#include "clicks/click_totals.hpp"
#include "http/readiness.hpp"
#include "http/route.hpp"
#include "http/settings.hpp"
#include "http/site.hpp"
#include "limits/rate_limiter.hpp"
#include "links/resolver.hpp"
#include "links/shortener.hpp"
#include "telemetry/shard_metrics.hpp"

namespace urltrim::http {

/// What the public site of one io thread works with. All of it must outlive that thread's loop.
struct Services {
    links::Resolver& resolver;
    links::Shortener& shortener;
    clicks::ClickSink& clicks;
    clicks::ClickTotals& totals;
    limits::RateLimiter& limiter;
    Readiness readiness;
    telemetry::ShardMetrics& metrics;
    const Clock& clock;
};

/// The public service: redirects, POST /shorten, /analytics, pages and probes.
class PublicSite final : public Site {
public:
    PublicSite(const Settings& settings, Services services);

    Instant answer_instantly(const RequestHead& head, const Peer& peer, const ResponseWriter& writer,
                             bool keep_alive, std::string& out) noexcept override;
    Task<> settled() override { return services_.clicks.settled(); }
    Task<Response> answer(const Request& request) override;

    /// The one table that routes requests, from which the API description and the reserved words follow.
    static std::span<const Route<PublicSite>> routes();

private:
    Task<Response> shorten(const Call& call);
    Task<Response> redirect(const Call& call);
    Task<Response> analytics(const Call& call);
    Task<Response> home(const Call& call);
    Task<Response> docs(const Call& call);
    Task<Response> docs_script(const Call& call);
    Task<Response> swagger_style(const Call& call);
    Task<Response> swagger_script(const Call& call);
    Task<Response> openapi(const Call& call);
    Task<Response> robots(const Call& call);
    Task<Response> favicon(const Call& call);
    Task<Response> live(const Call& call);
    Task<Response> ready(const Call& call);

    clicks::ClickSink::Outcome record(links::LinkId link, const RequestHead& head, const Peer& peer) noexcept;
    Task<Response> create(const Call& call);
    std::string short_url(const Request& request, const links::ShortCode& code) const;
    void count(telemetry::RedirectResult result) noexcept { services_.metrics.redirects[result].add(); }

    const Settings& settings_;
    Services services_;
    std::string openapi_;
};

/// Codes that no link may take: the first path segment of every route, and names that people would take for
/// a part of the service. Lower case.
std::set<std::string, std::less<>> reserved_words();

}  // namespace urltrim::http
