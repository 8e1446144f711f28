#include "telemetry/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace urltrim::telemetry {
namespace {

using namespace std::chrono_literals;

std::string formatted(LogFormat format, std::string_view message, std::string_view app = "urltrim") {
    const spdlog::log_clock::time_point time{1'700'000'000'123ms};
    spdlog::details::log_msg event(time, {}, {app.data(), app.size()}, spdlog::level::warn,
                                   {message.data(), message.size()});
    event.thread_id = 7;
    spdlog::memory_buf_t out;
    log_formatter(format)->format(event, out);
    return {out.data(), out.size()};
}

std::string json_with(const std::string& message) {
    return R"({"time":"2023-11-14T22:13:20.123Z","level":"warning","app":"urltrim","thread":7,"message":")" +
           message + "\"}\n";
}

TEST(LogText, is_a_line_with_time_level_app_and_message) {
    EXPECT_EQ(formatted(LogFormat::text, "disk is full"),
              "2023-11-14 22:13:20.123Z warning urltrim: disk is full\n");
}

TEST(LogText, stays_one_line_whatever_the_message_contains) {
    EXPECT_EQ(formatted(LogFormat::text, "a\nb\x1b[31m"),
              "2023-11-14 22:13:20.123Z warning urltrim: a\\nb\\u001b[31m\n");
}

TEST(LogJson, is_one_object_per_line) {
    EXPECT_EQ(formatted(LogFormat::json, "disk is full"), json_with("disk is full"));
}

TEST(LogJson, escapes_quotes_backslashes_and_control_characters) {
    EXPECT_EQ(formatted(LogFormat::json, std::string_view("a\"b\\c\n\r\t\0\x1f\x7f", 11)),
              json_with(R"(a\"b\\c\n\r\t\u0000\u001f\u007f)"));
}

TEST(LogJson, escapes_the_name_of_the_service_too) {
    EXPECT_THAT(formatted(LogFormat::json, "m", "my \"links\" 100%"),
                testing::HasSubstr(R"("app":"my \"links\" 100%")"));
}

TEST(LogJson, keeps_utf_8_and_replaces_bytes_that_are_none) {
    EXPECT_EQ(formatted(LogFormat::json, "Größe 漢 😀"), json_with("Größe 漢 😀"));
    EXPECT_EQ(formatted(LogFormat::json,
                        "a\xff"
                        "b\xc3"),
              json_with("a\uFFFD"
                        "b\uFFFD"));
    EXPECT_EQ(formatted(LogFormat::json, "\xed\xa0\x80"), json_with("\uFFFD\uFFFD\uFFFD")) << "a surrogate";
    EXPECT_EQ(formatted(LogFormat::json, "\xc0\xaf"), json_with("\uFFFD\uFFFD")) << "an overlong slash";
}

TEST(StartLogging, writes_to_standard_error_from_the_given_level_up) {
    const auto before = spdlog::default_logger();
    testing::internal::CaptureStderr();
    start_logging({.app_name = "links", .level = spdlog::level::warn, .format = LogFormat::text});
    spdlog::info("not this");
    spdlog::warn("but {}", "this");
    const std::string written = testing::internal::GetCapturedStderr();
    spdlog::set_default_logger(before);
    EXPECT_THAT(written, testing::EndsWith("links: but this\n"));
    EXPECT_THAT(written, testing::Not(testing::HasSubstr("not this")));
}

}  // namespace
}  // namespace urltrim::telemetry
