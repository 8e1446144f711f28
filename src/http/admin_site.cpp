#include "http/admin_site.hpp"

#include <array>
#include <utility>

#include "telemetry/exposition.hpp"

namespace urltrim::http {

AdminSite::AdminSite(std::function<std::string()> metrics, Readiness readiness)
    : metrics_(std::move(metrics)), readiness_(std::move(readiness)) {}

std::span<const Route<AdminSite>> AdminSite::routes() {
    using telemetry::Route;
    static constexpr std::array table{
        http::Route<AdminSite>{{Method::get, "/metrics", Route::other, {}}, &AdminSite::metrics},
        http::Route<AdminSite>{{Method::get, "/livez", Route::probe, {}}, &AdminSite::live},
        http::Route<AdminSite>{{Method::get, "/readyz", Route::probe, {}}, &AdminSite::ready},
    };
    return table;
}

Task<Response> AdminSite::answer(const Request& request) {
    const std::string path = normalised(request.head.path);
    Routing<AdminSite> routing = find_route(routes(), request.head.method, path);
    if (routing.route == nullptr) co_return without_route(request.head.method, path, routing.allow);
    const Call call{request, std::move(routing.code)};
    co_return co_await (this->*routing.route->handler)(call);
}

Task<Response> AdminSite::metrics(const Call& /*call*/) {
    Response response;
    response.content_type = telemetry::exposition_content_type;
    response.body = metrics_();
    co_return response;
}

Task<Response> AdminSite::live(const Call& /*call*/) {
    co_return livez();
}

Task<Response> AdminSite::ready(const Call& /*call*/) {
    const std::vector<ComponentStatus> components = co_await readiness_();
    co_return readyz(components);
}

}  // namespace urltrim::http
