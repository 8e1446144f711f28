#pragma once

#include <string>

#include "http/client_address.hpp"

namespace urltrim::http {

/// What the public site is told by the configuration.
struct Settings {
    std::string service_name = "urltrim";
    std::string version;
    std::string base_url;  ///< origin of short links, without a slash at the end; empty: that of the request
    TrustedProxies trusted_proxies;
};

}  // namespace urltrim::http
