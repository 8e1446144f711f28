#pragma once

#include <stdexcept>

#include "config/settings.hpp"

namespace urltrim::app {

/// The service cannot start; `what()` is a sentence for the person who started it.
struct CannotStart : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `urltrim serve`: runs until SIGTERM or SIGINT, then finishes what is in flight and returns. A second
/// signal does not wait for that. Throws CannotStart or DataDirectoryUnusable before anything was served.
void serve(const config::Settings& settings);

}  // namespace urltrim::app
