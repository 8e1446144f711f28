#pragma once

#include <spdlog/common.h>
#include <spdlog/formatter.h>

#include <cstdint>
#include <memory>
#include <string>

namespace urltrim::telemetry {

enum class LogFormat : std::uint8_t {
    text,  ///< a line for a person
    json,  ///< one JSON object (RFC 8259) per line: time, level, app, thread, message
};

struct LogOptions {
    std::string app_name;
    spdlog::level::level_enum level = spdlog::level::info;
    LogFormat format = LogFormat::text;
};

/// Sends everything logged through spdlog to standard error, one line per event whatever a message contains.
/// Call once, early in main, before other threads log; afterwards any thread may log.
///
/// What may be logged: what happened, to which part of the service, how often. Never a long URL, a query
/// string, a client's address or credentials.
void start_logging(const LogOptions& options);

/// How start_logging() writes an event; times are UTC.
std::unique_ptr<spdlog::formatter> log_formatter(LogFormat format);

}  // namespace urltrim::telemetry
