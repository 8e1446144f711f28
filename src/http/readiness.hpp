#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/response.hpp"
#include "runtime/task.hpp"

namespace urltrim::http {

/// How one component is, for /readyz.
struct ComponentStatus {
    enum class Health {
        ok,
        degraded,  ///< works, with a promise less; does not make the service unready
        down,      ///< redirects cannot be answered
    };
    std::string name;
    Health health = Health::ok;
    std::string note;  ///< for a person; no addresses, URLs or credentials
};

/// Asks every component how it is. Called on an io thread; must not throw Unavailable: that is `down`.
using Readiness = std::function<Task<std::vector<ComponentStatus>>()>;

/// `GET /livez`: the process is alive, or there would be no answer.
Response livez();

/// `GET /readyz`: 200 or 503, then one line per component.
Response readyz(const std::vector<ComponentStatus>& components);

}  // namespace urltrim::http
