#include "http/session.hpp"

#include <algorithm>

#include "site_fixture.hpp"

namespace urltrim::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string get_abc = "GET /abc HTTP/1.1\r\nHost: s.example\r\n\r\n";
const std::string body = R"({"url":"https://example.com/"})";

std::string post(const std::string& fields, const std::string& content) {
    return "POST /shorten HTTP/1.1\r\nHost: s.example\r\nContent-Type: application/json\r\n" + fields +
           "\r\n" + content;
}

std::string sized_post() {
    return post("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

int count(std::string_view text, std::string_view part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

class SessionTest : public SiteTest {};

TEST_F(SessionTest, answers_many_requests_on_one_connection) {
    Wire& wire = connect();
    for (int i = 0; i < 10; ++i) EXPECT_THAT(wire.exchange(get_abc), StartsWith("HTTP/1.1 302 "));
    EXPECT_FALSE(wire.closed());
    EXPECT_EQ(metrics.connections_accepted.value(), 1U);
    EXPECT_EQ(metrics.redirect_duration.sum().count(), 0) << "the clock stands still";
}

TEST_F(SessionTest, answers_pipelined_requests_in_their_order) {
    warm("abc");
    Wire& wire = connect();
    const std::string answers =
        wire.exchange(get_abc + get_abc + sized_post() + get_abc + "GET / HTTP/1.1\r\nHost: a\r\n\r\n" +
                      "GET /none HTTP/1.1\r\nHost: a\r\n\r\n" + get_abc);
    std::string order;
    for (std::size_t at = answers.find("HTTP/1.1 "); at != std::string::npos;
         at = answers.find("HTTP/1.1 ", at + 1)) {
        order += answers.substr(at + 9, 3) + " ";
    }
    EXPECT_EQ(order, "302 302 200 302 200 404 302 ");
    EXPECT_FALSE(wire.closed());
}

TEST_F(SessionTest, answers_more_pipelined_requests_than_the_buffer_holds) {
    warm("abc");
    std::string requests;
    for (int i = 0; i < 2000; ++i) requests += get_abc;
    EXPECT_EQ(count(connect().exchange(requests), "HTTP/1.1 302 "), 2000);
    EXPECT_EQ(clicks.seen.size(), 2000U);
}

TEST_F(SessionTest, answers_a_few_bytes_of_requests_with_megabytes_piece_by_piece) {
    store.targets["abc"] = "https://example.com/" + std::string(8000, 'a');
    warm("abc");
    std::string requests;
    for (int i = 0; i < 300; ++i) requests += get_abc;
    EXPECT_EQ(count(connect().exchange(requests), "HTTP/1.1 302 "), 300);
}

TEST_F(SessionTest, understands_a_request_that_arrives_byte_by_byte) {
    Wire& wire = connect();
    const std::string text =
        get_abc + post("Transfer-Encoding: chunked\r\n", "1e\r\n" + body + "\r\n0\r\nX: y\r\n\r\n");
    for (const char byte : text) wire.send({&byte, 1});
    const std::string answers = wire.received();
    EXPECT_EQ(count(answers, "HTTP/1.1 302 "), 1);
    EXPECT_EQ(count(answers, "HTTP/1.1 200 "), 1);
}

TEST_F(SessionTest, takes_a_head_of_nearly_16_KiB_and_no_larger_one) {
    Wire& good = connect();
    const std::string large = "GET /abc HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(16'000, 'a') + "\r\n\r\n";
    EXPECT_THAT(good.exchange(large + large), HasSubstr("HTTP/1.1 302 "));
    EXPECT_THAT(good.exchange(get_abc), StartsWith("HTTP/1.1 302 "));
    Wire& bad = connect();
    const std::string answer =
        bad.exchange("GET /abc HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(30'000, 'a'));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_EQ(metrics.request_faults[telemetry::RequestFault::head_too_large].value(), 1U);
}

TEST_F(SessionTest, closes_after_a_request_it_cannot_trust) {
    Wire& wire = connect();
    const std::string answer =
        wire.exchange(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + get_abc));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1) << "what follows must not be read as a request";
    EXPECT_TRUE(wire.closed());
    EXPECT_TRUE(clicks.seen.empty());
    EXPECT_EQ(metrics.request_faults[telemetry::RequestFault::malformed].value(), 1U);
}

TEST_F(SessionTest, answers_good_requests_before_a_bad_one) {
    const std::string answers = connect().exchange(get_abc + get_abc + "rubbish\r\n\r\n");
    EXPECT_EQ(count(answers, "HTTP/1.1 302 "), 2);
    EXPECT_EQ(count(answers, "HTTP/1.1 400 "), 1);
}

TEST_F(SessionTest, honours_connection_close) {
    for (int cached = 0; cached < 2; ++cached) {
        Wire& wire = connect();
        const std::string answer =
            wire.exchange("GET /abc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get_abc);
        EXPECT_EQ(count(answer, "HTTP/1.1 "), 1);
        EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
        EXPECT_TRUE(wire.closed());
    }
}

TEST_F(SessionTest, closes_after_HTTP_1_0) {
    Wire& wire = connect();
    EXPECT_THAT(wire.exchange("GET /abc HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                StartsWith("HTTP/1.1 302 "));
    EXPECT_TRUE(wire.closed());
}

TEST_F(SessionTest, answers_a_client_that_has_closed_its_sending_side) {
    Wire& wire = connect();
    store.held = true;
    wire.send(get_abc);
    wire.half_close();
    EXPECT_THAT(wire.received(), IsEmpty());
    store.release();
    EXPECT_THAT(wire.received(), StartsWith("HTTP/1.1 302 "));
    EXPECT_TRUE(wire.closed());
}

TEST_F(SessionTest, says_continue_only_to_a_client_that_waits_for_it) {
    Wire& patient = connect();
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    EXPECT_EQ(patient.exchange(post("Expect: 100-continue\r\n" + length, "")),
              "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(patient.exchange(body), StartsWith("HTTP/1.1 200 "));
    Wire& hasty = connect();
    EXPECT_THAT(hasty.exchange(post("Expect: 100-continue\r\n" + length, body)), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(hasty.exchange(post("Expect: magic\r\n" + length, "")), StartsWith("HTTP/1.1 417 "));
}

TEST_F(SessionTest, refuses_a_large_body_before_it_arrives) {
    Wire& wire = connect();
    const std::string answer = wire.exchange(post("Expect: 100-continue\r\nContent-Length: 16385\r\n", ""));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(answer, HasSubstr("body too large"));
    EXPECT_TRUE(wire.closed());
    EXPECT_EQ(metrics.request_faults[telemetry::RequestFault::body_too_large].value(), 1U);
}

TEST_F(SessionTest, refuses_chunks_that_are_too_large_together_or_malformed) {
    const std::string kilobyte = "400\r\n" + std::string(1024, ' ') + "\r\n";
    std::string chunks;
    for (int i = 0; i < 17; ++i) chunks += kilobyte;
    EXPECT_THAT(connect().exchange(post("Transfer-Encoding: chunked\r\n", chunks)),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(connect().exchange(post("Transfer-Encoding: chunked\r\n", "5 \nabc")),
                StartsWith("HTTP/1.1 400 "));
}

TEST_F(SessionTest, reads_past_the_body_of_a_request_that_has_no_use_for_it) {
    Wire& wire = connect();
    const std::string answers = wire.exchange("GET /abc HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\n" +
                                              std::string("GET /smuggled HTTP/1.1\r\n\r\n") + get_abc);
    EXPECT_EQ(count(answers, "HTTP/1.1 302 "), 2);
    EXPECT_EQ(count(answers, "HTTP/1.1 "), 2);
}

TEST_F(SessionTest, sends_HEAD_answers_without_a_body_and_with_its_length) {
    const std::string answer = connect().exchange("HEAD /docs/swagger-ui.css HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("Content-Length: 0\r\n")));
    EXPECT_THAT(connect().exchange("HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n"), EndsWith("\r\n\r\n"));
}

TEST_F(SessionTest, gives_a_head_five_seconds) {
    Wire& wire = connect();
    wire.send("GET /abc HT");
    seconds_pass(3);
    wire.send("TP/1.1\r\n");
    EXPECT_FALSE(wire.closed());
    seconds_pass(4);
    const std::string answer = wire.received();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 "));
    EXPECT_TRUE(wire.closed());
    EXPECT_EQ(metrics.request_faults[telemetry::RequestFault::too_slow].value(), 1U);
}

TEST_F(SessionTest, lets_a_finished_request_start_the_time_anew) {
    Wire& wire = connect();
    for (int i = 0; i < 4; ++i) {
        wire.send("GET /abc HT");
        seconds_pass(4);
        EXPECT_THAT(wire.exchange("TP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 302 "));
    }
}

TEST_F(SessionTest, closes_an_idle_connection_silently_after_thirty_seconds) {
    Wire& wire = connect();
    wire.exchange(get_abc);
    seconds_pass(28);
    EXPECT_FALSE(wire.closed());
    seconds_pass(4);
    EXPECT_TRUE(wire.closed());
    EXPECT_THAT(wire.received(), IsEmpty());
    EXPECT_EQ(listener->active(), 0U);
    EXPECT_EQ(metrics.connections_open.value(), 0);
}

TEST_F(SessionTest, wants_a_kilobyte_of_body_a_second) {
    Wire& slow = connect();
    slow.send(post("Content-Length: 10000\r\n", ""));
    for (int i = 0; i < 7; ++i) {
        slow.send("x");
        seconds_pass(1);
    }
    EXPECT_THAT(slow.received(), StartsWith("HTTP/1.1 408 "));
    Wire& steady = connect();
    steady.send(post("Content-Length: 14336\r\n", ""));
    for (int i = 0; i < 14; ++i) {
        seconds_pass(1);
        steady.send(std::string(1024, ' '));
    }
    EXPECT_THAT(steady.received(), StartsWith("HTTP/1.1 422 "));
}

TEST_F(SessionTest, drops_a_client_that_does_not_read) {
    Wire& wire = connect();
    wire.stop_reading();
    for (int i = 0; i < 20; ++i) wire.send("GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(listener->active(), 1U);
    seconds_pass(20'000);
    EXPECT_EQ(listener->active(), 0U);
}

TEST_F(SessionTest, waits_for_the_store_as_long_as_it_takes) {
    Wire& wire = connect();
    store.held = true;
    wire.send(get_abc);
    seconds_pass(100);
    store.release();
    EXPECT_THAT(wire.received(), StartsWith("HTTP/1.1 302 "));
    EXPECT_FALSE(wire.closed());
}

TEST_F(SessionTest, lets_pipelined_redirects_share_one_sync) {
    warm("abc");
    clicks.answer = clicks::ClickSink::Outcome::wait;
    EXPECT_EQ(count(connect().exchange(get_abc + get_abc + get_abc), "HTTP/1.1 302 "), 3);
    EXPECT_EQ(clicks.settles, 1);
}

TEST_F(SessionTest, sends_none_of_the_redirects_whose_shared_sync_failed) {
    warm("abc");
    clicks.answer = clicks::ClickSink::Outcome::wait;
    clicks.sync_fails = true;
    Wire& wire = connect();
    const std::string answer = wire.exchange(get_abc + get_abc);
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_TRUE(wire.closed());
}

TEST_F(SessionTest, finishes_what_is_in_flight_when_stopped) {
    Wire& idle = connect();
    Wire& busy = connect();
    store.held = true;
    busy.send(get_abc + get_abc);
    listener->stop();
    EXPECT_TRUE(idle.closed());
    EXPECT_FALSE(busy.closed());
    EXPECT_EQ(listener->active(), 1U);
    store.release();
    const std::string answer = busy.received();
    EXPECT_EQ(count(answer, "HTTP/1.1 302 "), 1);
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_TRUE(busy.closed());
    EXPECT_EQ(listener->active(), 0U);
}

TEST_F(SessionTest, accepts_nobody_after_stop) {
    connect();
    listener->stop();
    io.poll();
    const int late = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_NE(::connect(late, address.data(), static_cast<socklen_t>(address.size())), 0);
    ::close(late);
}

TEST_F(SessionTest, closes_everything_when_aborted) {
    Wire& wire = connect();
    wire.send("GET /abc");
    listener->abort();
    EXPECT_TRUE(wire.closed());
    EXPECT_EQ(listener->active(), 0U);
}

TEST_F(SessionTest, sends_no_header_byte_outside_printable_ASCII) {
    store.targets["odd"] = "https://example.com/\r\nSet-Cookie: a=b\xc3\xa4";
    const std::string answer = connect().exchange("GET /odd HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 302 "));
    EXPECT_THAT(answer, Not(HasSubstr("\r\nSet-Cookie")));
    EXPECT_TRUE(std::all_of(answer.begin(), answer.end(),
                            [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; }));
}

TEST_F(SessionTest, refuses_a_port_that_another_listener_has_opened) {
    connect();
    Listener second(io, *site, metrics, clock);
    EXPECT_THROW(second.open(address), boost::system::system_error);
}

TEST_F(SessionTest, shares_a_port_with_a_listener_that_joins) {
    connect();
    Listener second(io, *site, metrics, clock);
    second.join(address);
    for (int i = 0; i < 50; ++i) EXPECT_THAT(connect().exchange(get_abc), StartsWith("HTTP/1.1 302 "));
    EXPECT_GT(second.active(), 0U);
    second.stop();
    second.abort();
    io.poll();
}

}  // namespace
}  // namespace urltrim::http
