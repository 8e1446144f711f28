#pragma once

#include <string>

#include "http/request.hpp"
#include "http/response.hpp"
#include "runtime/task.hpp"

namespace urltrim::http {

/// What a listener serves: the public service, or the probes and metrics of the admin listener. One per
/// io thread, used only there.
class Site {
public:
    enum class Instant {
        answered,  ///< a whole response was appended
        wait,      ///< the same, but it may be sent only after settled()
        unusual,   ///< nothing was done: this request is for answer()
    };

    virtual ~Site() = default;

    /// Answers at once if that needs nothing but memory: the redirect of a cached link. Never suspends;
    /// called only for requests without a body.
    virtual Instant answer_instantly(const RequestHead& head, const Peer& peer, const ResponseWriter& writer,
                                     bool keep_alive, std::string& out) noexcept = 0;

    /// Completes when the instantly answered responses may be sent. Throws Unavailable if they must not be.
    virtual Task<> settled() = 0;

    /// The answer to any request; HEAD is answered like GET, the session leaves the body away. `request`
    /// lives until the task is done. Throws Unavailable, which the session turns into 503.
    virtual Task<Response> answer(const Request& request) = 0;
};

}  // namespace urltrim::http
