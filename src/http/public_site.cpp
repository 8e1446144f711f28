#include "http/public_site.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>
#include <variant>

#include "base/failpoint.hpp"
#include "base/unavailable.hpp"
#include "clicks/client_network.hpp"
#include "http/client_address.hpp"
#include "http/openapi.hpp"
#include "http/shorten_body.hpp"
#include "http/text.hpp"
#include "limits/client_key.hpp"
#include "urltrim_web.hpp"

namespace urltrim::http {
namespace {

namespace json = boost::json;

using clicks::ClickSink;
using links::ShortCode;
using links::ShortenRefusal;
using telemetry::RedirectResult;

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Assets change only with a new release.
constexpr std::string_view asset_caching = "public, max-age=3600";

/// Host of a Referer: never its path or query, which may be private.
std::string_view host_of(std::string_view referer) noexcept {
    const std::size_t scheme_end = referer.find("://");
    if (scheme_end == std::string_view::npos) return {};
    std::string_view authority = referer.substr(scheme_end + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    if (const std::size_t user = authority.rfind('@'); user != std::string_view::npos) {
        authority.remove_prefix(user + 1);
    }
    const std::size_t bracket = authority.find(']');
    const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    return authority.substr(0, colon);
}

std::string_view first_language(std::string_view accept_language) noexcept {
    return trim(accept_language.substr(0, accept_language.find_first_of(",;")));
}

Response json_response(const json::object& body) {
    Response response;
    response.content_type = "application/json";
    response.body = json::serialize(body);
    return response;
}

Response asset(std::string_view content_type, std::string_view content) {
    Response response;
    response.content_type = content_type;
    response.asset = content;
    response.add_field("Cache-Control", asset_caching);
    return response;
}

Response refusal(const ShortenRefusal& refused) {
    switch (refused.kind) {
        case ShortenRefusal::Kind::alias_invalid:
            return problem(Status::bad_request, "invalid alias");
        case ShortenRefusal::Kind::alias_reserved:
            return problem(Status::bad_request, "alias is reserved");
        case ShortenRefusal::Kind::alias_taken:
            return problem(Status::conflict, "alias already taken");
        case ShortenRefusal::Kind::url_too_long:
            return problem(Status::content_too_large, "url too long");
        case ShortenRefusal::Kind::url_refused:
            break;
    }
    return problem(Status::unprocessable_content, "validation error", {{"url", refused.reason}});
}

void add_limit_fields(Response& response, const limits::Admission& admission) {
    if (admission.limit == 0) return;
    response.add_field("RateLimit-Limit", std::to_string(admission.limit));
    response.add_field("RateLimit-Remaining", std::to_string(admission.remaining));
    response.add_field("RateLimit-Reset", std::to_string(admission.reset.count()));
}

std::string_view first_segment(std::string_view path) noexcept {
    path.remove_prefix(1);
    return path.substr(0, path.find('/'));
}

/// Whether a literal route has this name, in whatever case it was asked for. Such a code is never looked up:
/// its link, if another program made one, could be reached in one spelling but not in the other.
bool names_a_route(const ShortCode& code) noexcept {
    const auto table = PublicSite::routes();
    return std::any_of(table.begin(), table.end(), [&](const RouteInfo& route) {
        return is_literal(route.path) && route.path.substr(1) == code.text();
    });
}

}  // namespace

PublicSite::PublicSite(const Settings& settings, Services services)
    : settings_(settings),
      services_(std::move(services)),
      openapi_(openapi_document({routes().begin(), routes().end()}, settings)) {}

Site::Instant PublicSite::answer_instantly(const RequestHead& head, const Peer& peer,
                                           const ResponseWriter& writer, bool keep_alive,
                                           std::string& out) noexcept {
    if (head.method != Method::get) return Instant::unusual;
    const auto code = ShortCode::parse(head.path.substr(1));
    if (!code) return Instant::unusual;
    const auto hit = services_.resolver.find_cached(*code);
    if (!hit) return Instant::unusual;
    const ClickSink::Outcome outcome = record(hit->id, head, peer);
    if (outcome == ClickSink::Outcome::refused) {
        count(RedirectResult::refused);
        const Response response = problem(Status::unavailable);
        writer.append_head(out, response, keep_alive);
        out.append(response.body);
        return Instant::answered;
    }
    count(RedirectResult::found);
    writer.append_redirect(out, hit->target, keep_alive);
    return outcome == ClickSink::Outcome::wait ? Instant::wait : Instant::answered;
}

/// From here on the click counts, if the answer is not `refused`.
ClickSink::Outcome PublicSite::record(links::LinkId link, const RequestHead& head,
                                      const Peer& peer) noexcept {
    if (failpoint("redirect.resolved") == Fault::error) return ClickSink::Outcome::refused;
    const ip::address client = find_client(peer.address, head.fields, settings_.trusted_proxies).address;
    const clicks::Click click{link,
                              services_.clock.utc(),
                              head.user_agent,
                              host_of(head.referer),
                              first_language(head.accept_language),
                              clicks::client_network(client)};
    return services_.clicks.record(click);
}

Task<Response> PublicSite::answer(const Request& request) {
    const std::string path = normalised(request.head.path);
    Routing<PublicSite> routing = find_route(routes(), request.head.method, path);
    if (routing.route == nullptr) {
        Response response = without_route(request.head.method, path, routing.allow);
        services_.metrics.responses[telemetry::Route::other].count(number(response.status));
        co_return response;
    }
    const Call call{request, std::move(routing.code)};
    Response response;
    try {
        response = co_await (this->*routing.route->handler)(call);
    } catch (const Unavailable&) {
        services_.metrics.responses[routing.route->label].count(number(Status::unavailable));
        throw;
    }
    services_.metrics.responses[routing.route->label].count(number(response.status));
    co_return response;
}

Task<Response> PublicSite::redirect(const Call& call) {
    const auto code = ShortCode::parse(call.code);
    if (!code || names_a_route(*code)) {
        count(RedirectResult::not_found);
        co_return problem(Status::not_found);
    }
    std::optional<links::Link> link;
    try {
        link = co_await services_.resolver.resolve(*code);
    } catch (const Unavailable&) {
        count(RedirectResult::unavailable);
        throw;
    }
    if (!link) {
        count(RedirectResult::not_found);
        co_return problem(Status::not_found);
    }
    if (call.request.head.method == Method::get) {
        const ClickSink::Outcome outcome = record(link->id, call.request.head, call.request.peer);
        if (outcome == ClickSink::Outcome::refused) {
            count(RedirectResult::refused);
            co_return problem(Status::unavailable);
        }
        if (outcome == ClickSink::Outcome::wait) co_await services_.clicks.settled();
        count(RedirectResult::found);
    }
    Response response;
    response.status = Status::found;
    response.location = link->target.href();
    co_return response;
}

/// The limiter comes first: a refused client costs neither parsing nor a look at the content type.
Task<Response> PublicSite::shorten(const Call& call) {
    const Client client =
        find_client(call.request.peer.address, call.request.head.fields, settings_.trusted_proxies);
    std::string key = limits::client_key(client.address);
    const limits::Admission admission = co_await services_.limiter.admit(std::move(key));
    if (!admission.allowed) {
        services_.metrics.rate_limited.add();
        Response refused = problem(Status::too_many_requests);
        refused.add_field("Retry-After", std::to_string(admission.retry_after.count()));
        add_limit_fields(refused, admission);
        co_return refused;
    }
    Response response = co_await create(call);
    add_limit_fields(response, admission);
    co_return response;
}

Task<Response> PublicSite::create(const Call& call) {
    if (!is_json(call.request.head.content_type)) co_return problem(Status::unsupported_media_type);
    ShortenBody body = parse_shorten_body(call.request.body);
    if (!body.errors.empty()) {
        co_return problem(Status::unprocessable_content, "validation error", body.errors);
    }
    links::ShortenRequest request{std::move(body.url), std::move(body.alias),
                                  std::string(call.request.authority())};
    const auto outcome = co_await services_.shortener.shorten(std::move(request));
    if (const auto* refused = std::get_if<ShortenRefusal>(&outcome)) co_return refusal(*refused);
    const auto& shortened = std::get<links::Shortened>(outcome);
    co_return json_response({{"short_code", shortened.code.text()},
                             {"long_url", shortened.target.href()},
                             {"short_url", short_url(call.request, shortened.code)}});
}

std::string PublicSite::short_url(const Request& request, const ShortCode& code) const {
    std::string url = settings_.base_url;
    if (url.empty()) {
        const Client client =
            find_client(request.peer.address, request.head.fields, settings_.trusted_proxies);
        url.append(client.scheme).append("://").append(request.authority());
    }
    return url.append("/").append(code.text());
}

Task<Response> PublicSite::analytics(const Call& call) {
    const auto code = ShortCode::parse(call.code);
    if (!code) co_return problem(Status::not_found);
    const std::optional<std::int64_t> total = co_await services_.totals.total(*code);
    if (!total) co_return problem(Status::not_found);
    co_return json_response({{"short_code", code->text()}, {"clicks", *total}});
}

Task<Response> PublicSite::home(const Call& /*call*/) {
    co_return json_response(
        {{"service", settings_.service_name}, {"version", settings_.version}, {"docs", "/docs"}});
}

Task<Response> PublicSite::docs(const Call& /*call*/) {
    Response page = asset("text/html; charset=utf-8", web::docs_html());
    page.add_field("Content-Security-Policy", page_policy);
    page.add_field("Referrer-Policy", "no-referrer");
    co_return page;
}

Task<Response> PublicSite::docs_script(const Call& /*call*/) {
    co_return asset("text/javascript; charset=utf-8", web::docs_js());
}

Task<Response> PublicSite::swagger_style(const Call& /*call*/) {
    co_return asset("text/css; charset=utf-8", web::swagger_ui_css());
}

Task<Response> PublicSite::swagger_script(const Call& /*call*/) {
    co_return asset("text/javascript; charset=utf-8", web::swagger_ui_bundle_js());
}

Task<Response> PublicSite::openapi(const Call& /*call*/) {
    Response response;
    response.content_type = "application/json";
    response.asset = openapi_;
    co_return response;
}

Task<Response> PublicSite::robots(const Call& /*call*/) {
    co_return asset("text/plain; charset=utf-8", web::robots_txt());
}

Task<Response> PublicSite::favicon(const Call& /*call*/) {
    co_return asset("image/x-icon", web::favicon_ico());
}

Task<Response> PublicSite::live(const Call& /*call*/) {
    co_return livez();
}

// NOLINTNEXTLINE(readability-make-member-function-const): the table's handlers have one type
Task<Response> PublicSite::ready(const Call& /*call*/) {
    const std::vector<ComponentStatus> components = co_await services_.readiness();
    co_return readyz(components);
}

std::span<const Route<PublicSite>> PublicSite::routes() {
    using Label = telemetry::Route;
    static constexpr std::array shorten_responses{
        ResponseDoc{Status::ok, "ShortenResponse"},
        ResponseDoc{Status::bad_request, "Problem"},
        ResponseDoc{Status::conflict, "Problem"},
        ResponseDoc{Status::content_too_large, "Problem"},
        ResponseDoc{Status::unsupported_media_type, "Problem"},
        ResponseDoc{Status::unprocessable_content, "Problem"},
        ResponseDoc{Status::too_many_requests, "Problem"},
        ResponseDoc{Status::unavailable, "Problem"},
    };
    static constexpr std::array redirect_responses{
        ResponseDoc{Status::found, ""},
        ResponseDoc{Status::not_found, "Problem"},
        ResponseDoc{Status::unavailable, "Problem"},
    };
    static constexpr std::array analytics_responses{
        ResponseDoc{Status::ok, "Analytics"},
        ResponseDoc{Status::not_found, "Problem"},
        ResponseDoc{Status::unavailable, "Problem"},
    };
    static constexpr std::array home_responses{ResponseDoc{Status::ok, "Service"}};
    static constexpr std::array live_responses{ResponseDoc{Status::ok, "Text"}};
    static constexpr std::array ready_responses{ResponseDoc{Status::ok, "Text"},
                                                ResponseDoc{Status::unavailable, "Text"}};
    static constexpr auto page = [](std::string_view path,
                                    Task<Response> (PublicSite::*handler)(const Call&)) {
        return Route<PublicSite>{{Method::get, path, Label::page, {}}, handler};
    };
    static constexpr std::array table{
        Route<PublicSite>{{Method::post,
                           "/shorten",
                           Label::shorten,
                           {"shorten", "Shorten a URL", "links", "ShortenRequest", shorten_responses}},
                          &PublicSite::shorten},
        Route<PublicSite>{{Method::get,
                           "/{code}",
                           Label::other,
                           {"follow", "Follow a short link", "links", "", redirect_responses}},
                          &PublicSite::redirect},
        Route<PublicSite>{{Method::get,
                           "/analytics/{code}",
                           Label::analytics,
                           {"analytics", "How often a link was followed", "links", "", analytics_responses}},
                          &PublicSite::analytics},
        Route<PublicSite>{
            {Method::get, "/", Label::page, {"home", "What this service is", "service", "", home_responses}},
            &PublicSite::home},
        Route<PublicSite>{{Method::get,
                           "/livez",
                           Label::probe,
                           {"livez", "Is the process alive", "service", "", live_responses}},
                          &PublicSite::live},
        Route<PublicSite>{{Method::get,
                           "/readyz",
                           Label::probe,
                           {"readyz", "Can redirects be answered", "service", "", ready_responses}},
                          &PublicSite::ready},
        page("/docs", &PublicSite::docs),
        page("/docs/docs.js", &PublicSite::docs_script),
        page("/docs/swagger-ui.css", &PublicSite::swagger_style),
        page("/docs/swagger-ui-bundle.js", &PublicSite::swagger_script),
        page("/openapi.json", &PublicSite::openapi),
        page("/robots.txt", &PublicSite::robots),
        page("/favicon.ico", &PublicSite::favicon),
    };
    return table;
}

std::set<std::string, std::less<>> reserved_words() {
    std::set<std::string, std::less<>> words{"api",    "admin", "login",   "dashboard", "assets",
                                             "static", "redoc", "metrics", "health"};
    for (const RouteInfo& route : PublicSite::routes()) {
        const std::string_view segment = first_segment(route.path);
        if (!segment.empty() && !segment.starts_with('{')) words.emplace(segment);
    }
    return words;
}

}  // namespace urltrim::http
