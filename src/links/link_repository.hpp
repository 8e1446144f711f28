#pragma once

#include <optional>

#include "links/link.hpp"
#include "runtime/task.hpp"

namespace urltrim::links {

/// Durable home of links. An async port: called on an io thread, suspends, never blocks; safe to call
/// from every io thread. Throws Unavailable when the store does not answer or says it cannot.
///
/// A shared cache (Redis) is a LinkRepository in front of another one: it needs no port of its own.
class LinkRepository {
public:
    enum class Insert { stored, code_taken };

    virtual ~LinkRepository() = default;

    /// Stores a new link; answers once it is durable (it survives a power cut). `code_taken` leaves the
    /// existing link untouched.
    virtual Task<Insert> insert(NewLink link) = 0;

    /// The link named `code`, or nothing if there is none.
    virtual Task<std::optional<Link>> find(ShortCode code) = 0;

    /// Completes if the store can answer look-ups now, throws Unavailable otherwise. For /readyz.
    virtual Task<> check() = 0;
};

}  // namespace urltrim::links
