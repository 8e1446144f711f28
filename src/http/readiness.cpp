#include "http/readiness.hpp"

#include <algorithm>
#include <string_view>

namespace urltrim::http {
namespace {

std::string_view name(ComponentStatus::Health health) noexcept {
    switch (health) {
        case ComponentStatus::Health::ok:
            return "ok";
        case ComponentStatus::Health::degraded:
            return "degraded";
        case ComponentStatus::Health::down:
            return "down";
    }
    return "";
}

Response plain_text(Status status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

}  // namespace

Response livez() {
    return plain_text(Status::ok, "alive\n");
}

Response readyz(const std::vector<ComponentStatus>& components) {
    const bool ready = std::none_of(
        components.begin(), components.end(),
        [](const ComponentStatus& component) { return component.health == ComponentStatus::Health::down; });
    std::string text = ready ? "ready\n" : "not ready\n";
    for (const ComponentStatus& component : components) {
        text.append(component.name).append(": ").append(name(component.health));
        if (!component.note.empty()) text.append(", ").append(component.note);
        text.append("\n");
    }
    Response response = plain_text(ready ? Status::ok : Status::unavailable, std::move(text));
    if (!ready) response.add_field("Retry-After", "1");
    return response;
}

}  // namespace urltrim::http
