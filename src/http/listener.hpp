#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>

#include "http/response.hpp"
#include "http/session.hpp"
#include "http/site.hpp"
#include "telemetry/shard_metrics.hpp"

namespace urltrim::http {

/// Accepts connections on one io thread and serves a Site on them. Several listeners may share an address
/// (SO_REUSEPORT): the kernel spreads connections over them, and they share nothing.
///
/// Made before the io thread starts or on it, used only on it. What it works with must outlive the
/// io_context; the listener itself may go before or after it.
class Listener {
public:
    Listener(asio::io_context& io, Site& site, telemetry::ShardMetrics& metrics, const Clock& clock);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Binds, listens and begins to accept; answers the address, with the port the system chose for 0. Throws
    /// boost::system::system_error, e.g. when another program, or another instance of this one, has the port.
    asio::ip::tcp::endpoint open(const asio::ip::tcp::endpoint& endpoint);

    /// Accepts beside the listener of another io thread that has opened the address.
    void join(const asio::ip::tcp::endpoint& endpoint);

    /// Stops accepting; connections that are already in the kernel's queue are still taken. Closes idle
    /// connections, lets busy ones finish their answer.
    void stop();

    /// Closes every connection at once.
    void abort();

    /// Open connections. When stop() was called and this is 0, all is done.
    std::size_t active() const noexcept { return sessions_.size(); }

    /// What happens once a second: deadlines and the Date field. The listener calls it by itself; tests call
    /// it in its place.
    void sweep();

private:
    using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
    using Sessions = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

    void start(Acceptor acceptor);
    Task<> accept(Acceptor acceptor);
    void accept_the_rest();
    void take(Socket socket, const asio::ip::address& peer);
    Task<> serve(Socket socket, asio::ip::address peer);
    Task<> tick();

    asio::io_context& io_;
    ResponseWriter writer_;
    SessionContext context_;
    Sessions sessions_;
    Acceptor* acceptor_ = nullptr;  // lives in accept(), so that it goes with the io_context
};

}  // namespace urltrim::http
