#include "telemetry/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace urltrim::telemetry {
namespace {

/// Length of the UTF-8 sequence that `text` begins with (RFC 3629: no overlong forms, no surrogates, nothing
/// above U+10FFFF), or 0 if it begins with none.
std::size_t utf8_sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    std::size_t length = 0;
    unsigned char second_least = 0x80;
    unsigned char second_most = 0xBF;
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) length = 2;
    if (lead >= 0xE0 && lead <= 0xEF) length = 3;
    if (lead >= 0xF0 && lead <= 0xF4) length = 4;
    if (lead == 0xE0) second_least = 0xA0;
    if (lead == 0xED) second_most = 0x9F;
    if (lead == 0xF0) second_least = 0x90;
    if (lead == 0xF4) second_most = 0x8F;
    if (length == 0 || text.size() < length) return 0;
    if (byte(1) < second_least || byte(1) > second_most) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    return length;
}

void append_text(spdlog::memory_buf_t& out, std::string_view text) {
    out.append(text.data(), text.data() + text.size());
}

void append_escaped(spdlog::memory_buf_t& out, char control) {
    static constexpr std::string_view digits = "0123456789abcdef";
    if (control == '\n') return append_text(out, "\\n");
    if (control == '\r') return append_text(out, "\\r");
    if (control == '\t') return append_text(out, "\\t");
    const auto value = static_cast<unsigned char>(control);
    append_text(out, "\\u00");
    out.push_back(digits[value >> 4]);
    out.push_back(digits[value & 15]);
}

/// Appends `text` without its control characters, so that a line stays a line, and with every byte that is
/// not UTF-8 replaced by U+FFFD. With `quotes`, what a JSON string needs is escaped too.
void append_line_safe(spdlog::memory_buf_t& out, std::string_view text, bool quotes) {
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_sequence_length(text);
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            append_escaped(out, c);
        } else if (quotes && (c == '"' || c == '\\')) {
            out.push_back('\\');
            out.push_back(c);
        } else if (length == 0) {
            append_text(out, "\xEF\xBF\xBD");
        } else {
            append_text(out, text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

std::string_view view_of(spdlog::string_view_t text) {
    return {text.data(), text.size()};
}

/// The pattern flag of one text field of the event.
class TextFlag final : public spdlog::custom_flag_formatter {
public:
    enum class Field { message, app };

    TextFlag(Field field, bool quotes) : field_(field), quotes_(quotes) {}

    void format(const spdlog::details::log_msg& event, const std::tm& /*time*/,
                spdlog::memory_buf_t& out) override {
        const auto text = field_ == Field::message ? event.payload : event.logger_name;
        append_line_safe(out, view_of(text), quotes_);
    }
    std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
        return std::make_unique<TextFlag>(field_, quotes_);
    }

private:
    Field field_;
    bool quotes_;
};

// %* is the message and %& the name of the service, both as TextFlag writes them.
constexpr const char* text_pattern = "%Y-%m-%d %H:%M:%S.%eZ %^%-7l%$ %&: %*";
constexpr const char* json_pattern =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","app":"%&","thread":%t,"message":"%*"})";

}  // namespace

std::unique_ptr<spdlog::formatter> log_formatter(LogFormat format) {
    const bool json = format == LogFormat::json;
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
    formatter->add_flag<TextFlag>('*', TextFlag::Field::message, json);
    formatter->add_flag<TextFlag>('&', TextFlag::Field::app, json);
    formatter->set_pattern(json ? json_pattern : text_pattern);
    return formatter;
}

void start_logging(const LogOptions& options) {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    auto logger = std::make_shared<spdlog::logger>(options.app_name, std::move(sink));
    logger->set_formatter(log_formatter(options.format));
    logger->set_level(options.level);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace urltrim::telemetry
