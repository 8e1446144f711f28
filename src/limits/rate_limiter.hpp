#pragma once

#include <chrono>
#include <string>

#include "runtime/task.hpp"

namespace urltrim::limits {

/// The limiter's answer, enough for the 429 and for the RateLimit-* fields.
struct Admission {
    bool allowed = true;
    unsigned limit = 0;                   ///< requests per window; 0 = no limit
    unsigned remaining = 0;               ///< what is left after this request
    std::chrono::seconds retry_after{0};  ///< rounded up; when refused, the first moment one will be let in
    std::chrono::seconds reset{0};        ///< rounded up; until the whole budget is free again
};

/// Decides whether a client may make one more request. An async port: called on an io thread, never
/// blocks, never throws: a limiter that is down lets the request pass.
class RateLimiter {
public:
    virtual ~RateLimiter() = default;

    /// `client` is the key of limits/client_key.hpp. A refused request is not counted.
    virtual Task<Admission> admit(std::string client) = 0;
};

}  // namespace urltrim::limits
