#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"
#include "runtime/task.hpp"
#include "telemetry/shard_metrics.hpp"

namespace urltrim::http {

/// One possible answer of a route, for the API description. `schema` names an entry of openapi.cpp; empty: no
/// body.
struct ResponseDoc {
    Status status;
    std::string_view schema;
};

/// What the API description says of a route. No responses: the route is not part of the API (pages, assets).
struct RouteDoc {
    std::string_view operation;
    std::string_view summary;
    std::string_view tag;
    std::string_view request_schema;
    std::span<const ResponseDoc> responses;
};

struct RouteInfo {
    Method method;
    std::string_view path;  ///< literal, or ending in `/{code}`, which stands for one non-empty segment
    telemetry::Route label;
    RouteDoc doc;
};

/// A request on its way to a handler. Lives until the handler's task is done.
struct Call {
    const Request& request;
    std::string code;  ///< what stands in the place of `{code}`; not yet checked
};

template <class Site>
struct Route : RouteInfo {
    Task<Response> (Site::*handler)(const Call& call);
};

template <class Site>
struct Routing {
    const Route<Site>* route = nullptr;  ///< nothing: 404, or 405 if `allow` is not empty
    std::string allow;                   ///< the methods of that path, as the Allow field wants them
    std::string code;
};

/// `path` with percent-encoded unreserved characters decoded, which names the same resource (RFC 3986
/// section 6.2.2.2). Everything else stays as it is, and so leads to no route.
std::string normalised(std::string_view path);

/// What of `path` stands in the place of `{code}`, nothing if the path does not match the pattern.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) noexcept;

inline bool is_literal(std::string_view pattern) noexcept {
    return !pattern.ends_with("{code}");
}

/// The methods that may be used where `method` is routed: GET brings HEAD along.
std::string_view allowed_with(Method method) noexcept;

/// The route for a normalised path. A literal path wins over a pattern, whatever the method: GET /shorten is
/// 405 and not the link named "shorten".
template <class Site>
Routing<Site> find_route(std::span<const Route<Site>> table, Method method, std::string_view path) {
    Routing<Site> found;
    for (const bool literal : {true, false}) {
        for (const Route<Site>& route : table) {
            if (is_literal(route.path) != literal) continue;
            const std::optional<std::string_view> code = match(route.path, path);
            if (!code) continue;
            found.allow.append(allowed_with(route.method)).append(", ");
            const bool fits =
                route.method == method || (route.method == Method::get && method == Method::head);
            if (!fits) continue;
            found.route = &route;
            found.code = *code;
        }
        if (found.allow.empty()) continue;
        found.allow.append("OPTIONS");
        break;
    }
    return found;
}

/// The answer where no handler answers: 404, 405, or 204 to OPTIONS.
Response without_route(Method method, std::string_view path, std::string_view allow);

}  // namespace urltrim::http
