#pragma once

#include "app/backends.hpp"
#include "clicks/relay.hpp"
#include "journal/journal.hpp"
#include "telemetry/exposition.hpp"

namespace urltrim::app {

/// The parts of the metrics page that do not come from the io threads, as they are now. Any thread.
telemetry::ProcessMetrics process_metrics(const journal::Journal& journal, const clicks::Relay& relay,
                                          const Backends& backends);

}  // namespace urltrim::app
