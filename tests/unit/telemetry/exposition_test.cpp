#include "telemetry/exposition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <regex>
#include <set>
#include <sstream>

namespace urltrim::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Exposition : testing::Test {
    std::string text() const {
        const std::array<const ShardMetrics*, 2> shards{&first, &second};
        return prometheus_text(shards, process);
    }

    /// The line of the sample `series` (name and labels), or nothing.
    std::string line(const std::string& series) const {
        std::istringstream lines(text());
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(series + " ")) return line;
        }
        return "no sample " + series;
    }

    ShardMetrics first;
    ShardMetrics second;
    ProcessMetrics process;
};

TEST_F(Exposition, adds_the_counters_of_all_threads) {
    first.redirects[RedirectResult::found].add(40);
    second.redirects[RedirectResult::found].add(2);
    EXPECT_EQ(line(R"(urltrim_redirects_total{result="found"})"),
              R"(urltrim_redirects_total{result="found"} 42)");
    EXPECT_EQ(line(R"(urltrim_redirects_total{result="refused"})"),
              R"(urltrim_redirects_total{result="refused"} 0)");
}

TEST_F(Exposition, writes_the_latency_as_cumulative_buckets_in_seconds) {
    first.redirect_duration.observe(10us);
    second.redirect_duration.observe(90us);
    second.redirect_duration.observe(20s);
    const std::string name = "urltrim_redirect_duration_seconds";
    EXPECT_EQ(line(name + R"(_bucket{le="5e-05"})"), name + R"(_bucket{le="5e-05"} 1)");
    EXPECT_EQ(line(name + R"(_bucket{le="10"})"), name + R"(_bucket{le="10"} 2)");
    EXPECT_EQ(line(name + R"(_bucket{le="+Inf"})"), name + R"(_bucket{le="+Inf"} 3)");
    EXPECT_EQ(line(name + "_count"), name + "_count 3");
    EXPECT_THAT(line(name + "_sum"), HasSubstr("_sum 20.0001"));
}

TEST_F(Exposition, tells_routes_and_classes_of_status_apart) {
    first.responses[Route::shorten].count(200);
    second.responses[Route::shorten].count(201);
    second.responses[Route::shorten].count(429);
    const std::string name = "urltrim_responses_total";
    EXPECT_EQ(line(name + R"({route="shorten",status="2xx"})"), name + R"({route="shorten",status="2xx"} 2)");
    EXPECT_EQ(line(name + R"({route="shorten",status="4xx"})"), name + R"({route="shorten",status="4xx"} 1)");
    EXPECT_EQ(line(name + R"({route="page",status="2xx"})"), name + R"({route="page",status="2xx"} 0)");
}

TEST_F(Exposition, adds_gauges_of_threads_even_if_one_is_below_zero) {
    first.connections_open.add(5);
    second.connections_open.add(-2);
    EXPECT_EQ(line("urltrim_connections_open"), "urltrim_connections_open 3");
}

TEST_F(Exposition, shows_what_the_local_caches_hold_and_did) {
    first.local_cache.bytes.set(1'000'000);
    second.local_cache.bytes.set(234'567);
    first.local_cache.negative_hits.add(4);
    EXPECT_EQ(line("urltrim_local_cache_bytes"), "urltrim_local_cache_bytes 1234567");
    EXPECT_EQ(line(R"(urltrim_local_cache_lookups_total{result="negative_hit"})"),
              R"(urltrim_local_cache_lookups_total{result="negative_hit"} 4)");
}

TEST_F(Exposition, shows_the_journal_the_relay_and_the_store) {
    process.journal.backlog_records = 17;
    process.journal.oldest_unapplied = 1500ms;
    process.relay.applied_records = 123'456'789;
    process.relay.apply_lag = 250ms;
    process.store = {{"find", 2}, {"insert", 0}};
    EXPECT_EQ(line("urltrim_journal_backlog_records"), "urltrim_journal_backlog_records 17");
    EXPECT_EQ(line("urltrim_journal_oldest_unapplied_seconds"),
              "urltrim_journal_oldest_unapplied_seconds 1.5");
    EXPECT_EQ(line("urltrim_relay_applied_records_total"), "urltrim_relay_applied_records_total 123456789");
    EXPECT_EQ(line("urltrim_relay_apply_lag_seconds"), "urltrim_relay_apply_lag_seconds 0.25");
    EXPECT_EQ(line(R"(urltrim_store_errors_total{operation="find"})"),
              R"(urltrim_store_errors_total{operation="find"} 2)");
    EXPECT_EQ(line(R"(urltrim_store_errors_total{operation="insert"})"),
              R"(urltrim_store_errors_total{operation="insert"} 0)");
}

TEST_F(Exposition, names_the_build) {
    process.build = {"1.2.3", "abc1234"};
    EXPECT_EQ(line(R"(urltrim_build_info{version="1.2.3",commit="abc1234"})"),
              R"(urltrim_build_info{version="1.2.3",commit="abc1234"} 1)");
}

TEST_F(Exposition, announces_every_family_once_with_help_for_a_person_before_its_samples) {
    static const std::regex type_line(R"(# TYPE ([a-z_]+) (counter|gauge|histogram))");
    static const std::regex help_line(R"(# HELP ([a-z_]+) [A-Z].{10,}\.)");
    static const std::regex sample_line(R"(([a-z_]+)(\{[^}]*\})? [-+0-9.e]+)");
    static const std::regex suffix("_(bucket|sum|count)$");
    process.store = {{"find", 0}};
    std::set<std::string> announced;
    std::string helped;
    std::string current;
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, help_line)) {
            helped = match[1];
        } else if (std::regex_match(line, match, type_line)) {
            current = match[1];
            EXPECT_EQ(current, helped);
            EXPECT_TRUE(announced.insert(current).second) << current << " is announced twice";
            EXPECT_EQ(current.ends_with("_total"), match[2] == "counter") << current;
            EXPECT_TRUE(current.starts_with("urltrim_") || current.starts_with("process_")) << current;
        } else {
            ASSERT_TRUE(std::regex_match(line, match, sample_line)) << line;
            const std::string name = match[1];
            EXPECT_TRUE(name == current || std::regex_replace(name, suffix, "") == current) << line;
        }
    }
    EXPECT_GT(announced.size(), 30U);
}

TEST(ProcessUse, sees_this_process) {
    const auto now = std::chrono::system_clock::now();
    const ProcessUse use = process_use();
    EXPECT_LE(use.started, now + 1s);
    EXPECT_GT(use.started, now - 1h);
    EXPECT_GT(use.cpu, 0ns);
    EXPECT_GT(use.resident_bytes, 500'000U);
    EXPECT_GE(use.open_fds, 3U);
    EXPECT_LT(use.open_fds, use.max_fds);
}

}  // namespace
}  // namespace urltrim::telemetry
