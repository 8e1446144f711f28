#include "http/listener.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <chrono>
#include <utility>

#include "runtime/timer.hpp"

namespace urltrim::http {
namespace {

using runtime::Timer;

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

constexpr auto accept_pause = std::chrono::milliseconds(100);

/// SO_REUSEPORT as Asio wants its socket options.
struct ReusePort {
    int on = 1;
    template <class Protocol>
    int level(const Protocol& /*protocol*/) const noexcept {
        return SOL_SOCKET;
    }
    template <class Protocol>
    int name(const Protocol& /*protocol*/) const noexcept {
        return SO_REUSEPORT;
    }
    template <class Protocol>
    const int* data(const Protocol& /*protocol*/) const noexcept {
        return &on;
    }
    template <class Protocol>
    std::size_t size(const Protocol& /*protocol*/) const noexcept {
        return sizeof(on);
    }
};

Acceptor prepare(asio::io_context& io, const asio::ip::tcp::endpoint& endpoint) {
    Acceptor acceptor(io);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(Acceptor::reuse_address(true));
    // Accepted sockets inherit it (tcp(7)): one system call here instead of one per connection.
    acceptor.set_option(asio::ip::tcp::no_delay(true));
    return acceptor;
}

/// The client went away between the handshake and accept: nothing is wrong here.
bool is_of_one_client(const boost::system::error_code& error) noexcept {
    return error == asio::error::connection_aborted || error == asio::error::connection_reset;
}

}  // namespace

Listener::Listener(asio::io_context& io, Site& site, telemetry::ShardMetrics& metrics, const Clock& clock)
    : io_(io), writer_(clock.utc()), context_{site, writer_, metrics, clock} {}

/// The address is shared only once it is ours: bind() lets two sockets have it only if both ask to share, and
/// so fails here when anybody else has it, be it with SO_REUSEPORT.
asio::ip::tcp::endpoint Listener::open(const asio::ip::tcp::endpoint& endpoint) {
    Acceptor acceptor = prepare(io_, endpoint);
    acceptor.bind(endpoint);
    acceptor.set_option(ReusePort{});
    const auto bound = acceptor.local_endpoint();
    start(std::move(acceptor));
    return bound;
}

void Listener::join(const asio::ip::tcp::endpoint& endpoint) {
    Acceptor acceptor = prepare(io_, endpoint);
    acceptor.set_option(ReusePort{});
    acceptor.bind(endpoint);
    start(std::move(acceptor));
}

void Listener::start(Acceptor acceptor) {
    acceptor.listen();
    asio::co_spawn(io_, accept(std::move(acceptor)), asio::detached);
    asio::co_spawn(io_, tick(), asio::detached);
}

Task<> Listener::accept(Acceptor acceptor) {
    acceptor_ = &acceptor;
    Timer pause(io_);
    bool refusing = false;
    while (!context_.draining) {
        boost::system::error_code error;
        asio::ip::tcp::endpoint peer;
        Socket socket = co_await acceptor.async_accept(peer, asio::redirect_error(use_task, error));
        if (!error) {
            if (std::exchange(refusing, false)) spdlog::info("accepting connections again");
            take(std::move(socket), peer.address());
            continue;
        }
        if (context_.draining || is_of_one_client(error)) continue;
        // Out of file descriptors or memory: the connection stays in the queue, so asking again at once
        // would spin.
        context_.metrics.accept_errors.add();
        if (!std::exchange(refusing, true)) spdlog::warn("cannot accept connections: {}", error.message());
        pause.expires_after(accept_pause);
        co_await pause.async_wait(asio::redirect_error(use_task, error));
    }
    acceptor_ = nullptr;
}

void Listener::take(Socket socket, const asio::ip::address& peer) {
    context_.metrics.connections_accepted.add();
    asio::co_spawn(io_, serve(std::move(socket), peer), asio::detached);
}

Task<> Listener::serve(Socket socket, asio::ip::address peer) {
    context_.metrics.connections_open.add(1);
    try {
        Session session(std::move(socket), peer, context_);
        sessions_.push_back(session);
        co_await session.run();
    } catch (const std::exception& failure) {
        spdlog::error("closed a connection: {}", failure.what());
    }
    context_.metrics.connections_open.add(-1);
}

Task<> Listener::tick() {
    Timer timer(io_);
    while (!context_.draining || !sessions_.empty()) {
        boost::system::error_code error;
        timer.expires_after(std::chrono::seconds(1));
        co_await timer.async_wait(asio::redirect_error(use_task, error));
        sweep();
    }
}

void Listener::sweep() {
    ++context_.second;
    writer_.set_date(context_.clock.utc());
    for (Session& session : sessions_) session.sweep();
}

void Listener::stop() {
    context_.draining = true;
    if (acceptor_ != nullptr) accept_the_rest();
    for (Session& session : sessions_) session.drain();
}

/// Connections that the kernel has set up are reset if the socket closes before they are accepted, with the
/// requests that their clients may have sent.
void Listener::accept_the_rest() {
    boost::system::error_code error;
    acceptor_->non_blocking(true, error);
    while (!error) {
        asio::ip::tcp::endpoint peer;
        Socket socket = acceptor_->accept(peer, error);
        if (!error) take(std::move(socket), peer.address());
    }
    acceptor_->close(error);
}

void Listener::abort() {
    for (Session& session : sessions_) session.abort();
}

}  // namespace urltrim::http
