#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unavailable.hpp"
#include "http/listener.hpp"
#include "http/public_site.hpp"
#include "limits/sliding_window.hpp"
#include "support/manual_clock.hpp"
#include "tcp_progress.hpp"

namespace urltrim::http {

/// A store in memory that can be down, and that can let look-ups wait until it is told to answer.
class FakeLinks final : public links::LinkRepository {
public:
    Task<Insert> insert(links::NewLink link) override {
        if (down) throw Unavailable("fake", "down");
        const std::string code(link.code.text());
        co_return targets.emplace(code, link.target.href()).second ? Insert::stored : Insert::code_taken;
    }
    Task<std::optional<links::Link>> find(links::ShortCode code) override {
        ++finds;
        if (held) {
            auto hold = [this](runtime::Completion<bool> done) { waiting.push_back(std::move(done)); };
            co_await runtime::suspended<bool>(hold);
        }
        if (down) throw Unavailable("fake", "down");
        const auto found = targets.find(std::string(code.text()));
        if (found == targets.end()) co_return std::nullopt;
        co_return links::Link{links::LinkId{7}, code, *links::TargetUrl::from_store(found->second)};
    }
    Task<> check() override { co_return; }

    void release() {
        held = false;
        for (auto& done : waiting) done.set(true);
        waiting.clear();
    }

    std::map<std::string, std::string> targets;
    std::vector<runtime::Completion<bool>> waiting;
    int finds = 0;
    bool down = false;
    bool held = false;
};

class FakeClicks final : public clicks::ClickSink {
public:
    struct Seen {
        links::LinkId link;
        std::string user_agent, referrer_host, language;
        std::uint64_t network;
    };
    Outcome record(const clicks::Click& click) noexcept override {
        if (answer == Outcome::refused) return answer;
        seen.push_back({click.link, std::string(click.user_agent), std::string(click.referrer_host),
                        std::string(click.language), click.client_network});
        return answer;
    }
    Task<> settled() override {
        ++settles;
        if (sync_fails) throw Unavailable("fake", "cannot sync");
        co_return;
    }

    std::vector<Seen> seen;
    Outcome answer = Outcome::recorded;
    int settles = 0;
    bool sync_fails = false;
};

class FakeTotals final : public clicks::ClickTotals {
public:
    Task<std::optional<std::int64_t>> total(links::ShortCode code) override {
        if (code.text() != "abc") co_return std::nullopt;
        co_return 42;
    }
};

class FakeLimiter final : public limits::RateLimiter {
public:
    Task<limits::Admission> admit(std::string client) override {
        clients.push_back(std::move(client));
        co_return admission;
    }
    limits::Admission admission;
    std::vector<std::string> clients;
};

/// One raw connection, as blunt as an attacker's.
class Wire {
public:
    Wire(asio::io_context& io, const asio::ip::tcp::endpoint& server) : io_(io) {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        send_at_once(fd_);
        EXPECT_EQ(::connect(fd_, server.data(), static_cast<socklen_t>(server.size())), 0);
        while (!server_end_alive()) io_.poll();
    }
    ~Wire() { ::close(fd_); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// Sends and lets the server do all it can do with it.
    void send(std::string_view text) {
        EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
        sent_ += text.size();
        settle();
    }
    void half_close() {
        ::shutdown(fd_, SHUT_WR);
        settle();
    }

    /// What has arrived since the last call, without waiting for more.
    std::string received() {
        settle();
        return std::exchange(text_, {});
    }
    bool closed() {
        settle();
        return closed_;
    }
    std::string exchange(std::string_view text) {
        send(text);
        return received();
    }
    /// Leaves the answers in the kernel from here on.
    void stop_reading() { reads_ = false; }

private:
    /// Runs the server until neither side has anything left to do and nothing is under way between them: even
    /// over loopback, the kernel may deliver a little later.
    void settle() {
        for (int quiet = 0; quiet < 2; ++quiet) {
            if (io_.poll() > 0 || (reads_ && drain())) quiet = -1;
            if (is_under_way()) quiet = -1;
        }
    }
    bool drain() {
        std::array<char, 65536> buffer;
        const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count > 0) text_.append(buffer.data(), static_cast<std::size_t>(count));
        const bool ended = !closed_ && (count == 0 || (count < 0 && errno != EAGAIN));
        closed_ |= ended;
        return count > 0 || ended;
    }
    bool is_under_way() {
        if (!server_end_alive()) return reads_ && !closed_;
        const TcpProgress ours = tcp_progress(fd_);
        const TcpProgress theirs = tcp_progress(server_fd_);
        return theirs.bytes_received < sent_ || ours.bytes_received < theirs.bytes_sent ||
               (ours.sent_end && !theirs.received_end) || (reads_ && theirs.sent_end && !closed_);
    }
    /// Finds the server's socket among our own descriptors, since both ends are in this process.
    bool server_end_alive() {
        if (server_fd_ >= 0) return is_server_end(server_fd_);
        for (int fd = 3; fd < 1024; ++fd) {
            if (is_server_end(fd)) server_fd_ = fd;
        }
        return server_fd_ >= 0;
    }
    bool is_server_end(int fd) const {
        sockaddr_in ours{};
        sockaddr_in theirs{};
        socklen_t size = sizeof(ours);
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&ours), &size);
        size = sizeof(theirs);
        return ::getpeername(fd, reinterpret_cast<sockaddr*>(&theirs), &size) == 0 &&
               theirs.sin_port == ours.sin_port;
    }
    asio::io_context& io_;
    int fd_ = -1;
    int server_fd_ = -1;
    std::uint64_t sent_ = 0;
    bool reads_ = true;
    bool closed_ = false;
    std::string text_;
};

/// The whole public site over a loopback socket, with fakes behind it. One thread runs both ends.
class SiteTest : public ::testing::Test {
protected:
    SiteTest() {
        store.targets["abc"] = "https://example.com/target";
        limiter.admission = {true, 60, 59, std::chrono::seconds(0), std::chrono::seconds(60)};
    }
    ~SiteTest() override {
        wires.clear();
        store.release();
        if (listener) {
            listener->stop();
            listener->abort();
        }
        io.poll();
    }

    Wire& connect() {
        if (!listener) open();
        wires.push_back(std::make_unique<Wire>(io, address));
        return *wires.back();
    }
    void open() {
        readiness = [this]() -> Task<std::vector<ComponentStatus>> { co_return components; };
        site = std::make_unique<PublicSite>(
            settings, Services{resolver, shortener, clicks, totals, limiter, readiness, metrics, clock});
        listener = std::make_unique<Listener>(io, *site, metrics, clock);
        address = listener->open({asio::ip::make_address("127.0.0.1"), 0});
        io.poll();
    }
    void seconds_pass(int count) {
        for (int i = 0; i < count; ++i) listener->sweep();
        io.poll();
    }
    /// The code is in the local cache from here on.
    void warm(std::string_view code) {
        connect().exchange("HEAD /" + std::string(code) + " HTTP/1.1\r\nHost: s.example\r\n\r\n");
    }

    testing::ManualClock clock;
    SystemRandom random;
    FakeLinks store;
    FakeClicks clicks;
    FakeTotals totals;
    FakeLimiter limiter;
    telemetry::ShardMetrics metrics;
    links::AliasEpoch epoch;
    Settings settings;
    std::vector<ComponentStatus> components;
    Readiness readiness;
    links::Resolver resolver{store, links::Resolver::Settings{}, epoch, clock};
    links::Shortener shortener{store, reserving(), epoch, random};
    std::unique_ptr<PublicSite> site;
    std::unique_ptr<Listener> listener;
    asio::io_context io{1};  // goes before what its tasks refer to
    std::vector<std::unique_ptr<Wire>> wires;
    asio::ip::tcp::endpoint address;

private:
    static links::Shortener::Settings reserving() {
        links::Shortener::Settings settings;
        settings.reserved = reserved_words();
        return settings;
    }
};

}  // namespace urltrim::http
