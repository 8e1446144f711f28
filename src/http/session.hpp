#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/unavailable.hpp"
#include "http/body_reader.hpp"
#include "http/site.hpp"
#include "telemetry/shard_metrics.hpp"

namespace urltrim::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

/// What the sessions of one listener share. Lives on its io thread.
struct SessionContext {
    Site& site;
    ResponseWriter& writer;
    telemetry::ShardMetrics& metrics;
    const Clock& clock;
    std::uint64_t second = 1;       ///< counts sweeps; deadlines are measured in it
    std::uint64_t last_logged = 0;  ///< the second in which a failure was last logged
    bool draining = false;          ///< the listener is stopping: every response closes its connection
};

/// The unparsed bytes of a connection. Small while idle; grows to the largest head that is accepted.
class InputBuffer {
public:
    static constexpr std::size_t small = 1536;  // most heads of browsers fit; an idle connection holds it

    std::string_view text() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
    bool empty() const noexcept { return begin_ == end_; }
    void consume(std::size_t count) noexcept { begin_ += count; }

    /// Free room behind the text, at least one byte if the text is shorter than the largest head.
    asio::mutable_buffer room();
    void grew(std::size_t count) noexcept { end_ += count; }

private:
    void move_to(std::size_t capacity);

    std::size_t capacity_ = small;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::unique_ptr<char[]> data_{new char[small]};
};

/// One connection, from accept to close. A coroutine that awaits one read per keep-alive redirect and nothing
/// else: every complete request in the input is answered into one output buffer, which goes out with one
/// send.
///
/// It has no timer: the listener calls sweep() once a second. Deadlines are therefore exact to a second.
class Session
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    static constexpr std::uint64_t head_seconds = 5;
    static constexpr std::uint64_t idle_seconds = 30;
    static constexpr std::uint64_t linger_seconds = 2;
    /// A body, and a response that the socket does not take at once, must keep this pace after a grace time.
    static constexpr std::uint64_t transfer_grace_seconds = 5;
    static constexpr std::uint64_t transfer_bytes_per_second = 1024;

    Session(Socket socket, const asio::ip::address& peer, SessionContext& context);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Serves the connection until either side closes it. Never throws.
    Task<> run();

    /// Enforces the deadline of what the connection is doing now.
    void sweep();

    /// No more requests: closes an idle connection; a busy one closes after its answer.
    void drain();

    /// Closes the connection whatever it is doing.
    void abort();

private:
    enum class Phase : std::uint8_t { idle, head, body, serving, sending, lingering };
    enum class Next { read, answer, serve };

    Next answer_instantly();
    bool await_request() noexcept;
    bool has_arrived() const noexcept;
    void refuse(Status status);
    Task<> serve();
    Task<bool> receive_body(Request& request);
    Task<Response> respond(const Request& request);
    void log_unavailable(const Unavailable& unavailable);
    Task<> settle();
    Task<> send(const Request& request, const Response& response);
    bool send_at_once() noexcept;
    Task<> send_slowly(std::string_view asset);
    Task<> linger();
    void enter(Phase phase, std::uint64_t seconds) noexcept;
    void progress(std::size_t bytes) noexcept;
    bool keeps_alive(const RequestHead& head) const noexcept { return head.keep_alive && !context_.draining; }
    void note_sent() noexcept;

    Socket socket_;
    SessionContext& context_;
    Peer peer_;
    InputBuffer input_;
    RequestHead head_;  // of the request that answer_instantly() stopped at
    std::string output_;
    Clock::SteadyTime batch_began_;  // when the first redirect in the output was parsed
    unsigned redirects_in_batch_ = 0;
    std::uint64_t deadline_ = 0;  // in seconds of the context
    std::uint64_t transferred_ = 0;
    std::uint64_t transfer_began_ = 0;
    Phase phase_ = Phase::idle;
    bool must_settle_ = false;
    bool closing_ = false;    // after what is in the output
    bool broken_ = false;     // the socket is of no more use
    bool refused_ = false;    // unread bytes may be waiting: linger, or the answer is lost to a reset
    bool timed_out_ = false;  // sweep() ended the wait
};

}  // namespace urltrim::http
