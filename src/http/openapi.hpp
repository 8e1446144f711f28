#pragma once

#include <string>
#include <vector>

#include "http/route.hpp"
#include "http/settings.hpp"

namespace urltrim::http {

/// The API description (OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.0) of every documented route.
std::string openapi_document(const std::vector<RouteInfo>& routes, const Settings& settings);

}  // namespace urltrim::http
