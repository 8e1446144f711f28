#include "http/session.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cstring>
#include <exception>
#include <sstream>
#include <utility>

#include "base/failpoint.hpp"
#include "base/unavailable.hpp"
#include "http/client_address.hpp"

namespace urltrim::http {
namespace {

using telemetry::RequestFault;

constexpr std::string_view no_asset;
constexpr std::size_t output_kept = 1024;  // bytes of output buffer an idle connection may keep

// Pipelined answers are sent when this much has gathered: 16 KiB of requests may ask for megabytes of
// answers.
constexpr std::size_t output_gathered = 64 * 1024;

RequestFault fault_of(Status status) noexcept {
    switch (status) {
        case Status::head_too_large:
            return RequestFault::head_too_large;
        case Status::content_too_large:
            return RequestFault::body_too_large;
        case Status::request_timeout:
            return RequestFault::too_slow;
        default:
            return RequestFault::malformed;
    }
}

std::string authority_of(const Socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.local_endpoint(error);
    std::ostringstream text;
    text << endpoint;
    return text.str();
}

}  // namespace

asio::mutable_buffer InputBuffer::room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (capacity_ > small) move_to(small);
    } else if (end_ == capacity_) {
        const bool has_gap = begin_ > 0;
        move_to(has_gap ? capacity_ : std::min(capacity_ * 2, RequestHead::max_bytes));
    }
    return {data_.get() + end_, capacity_ - end_};
}

void InputBuffer::move_to(std::size_t capacity) {
    const std::size_t size = end_ - begin_;
    if (capacity == capacity_) {
        std::memmove(data_.get(), data_.get() + begin_, size);
    } else {
        std::unique_ptr<char[]> larger(new char[capacity]);
        std::memcpy(larger.get(), data_.get() + begin_, size);
        data_ = std::move(larger);
        capacity_ = capacity;
    }
    begin_ = 0;
    end_ = size;
}

Session::Session(Socket socket, const asio::ip::address& peer, SessionContext& context)
    : socket_(std::move(socket)), context_(context), peer_{without_mapping(peer), authority_of(socket_)} {
    enter(Phase::idle, idle_seconds);
}

Task<> Session::run() {
    for (;;) {
        const Next next = answer_instantly();
        if (must_settle_) co_await settle();
        if (!output_.empty() && !send_at_once()) co_await send_slowly(no_asset);
        if (redirects_in_batch_ > 0) note_sent();
        if (next == Next::serve) co_await serve();
        if (closing_ || broken_) break;
        if (next != Next::read) continue;
        if (!await_request()) break;

        boost::system::error_code error;
        const asio::mutable_buffer room = input_.room();
        const std::size_t count =
            co_await socket_.async_read_some(room, asio::redirect_error(use_task, error));
        if (error && !timed_out_) break;
        input_.grew(count);
        if (!timed_out_) continue;
        if (phase_ == Phase::idle) break;
        refuse(Status::request_timeout);
        if (!send_at_once()) co_await send_slowly(no_asset);
        break;
    }
    if (refused_ && !broken_) co_await linger();
}

/// Answers every complete request at the front of the input that needs no handler.
Session::Next Session::answer_instantly() {
    while (!closing_ && !input_.empty()) {
        if (output_.size() >= output_gathered) return Next::answer;
        const HeadResult result = parse_head(input_.text(), head_);
        if (result.kind == HeadResult::Kind::incomplete) break;
        phase_ = Phase::serving;
        if (result.kind == HeadResult::Kind::refused) {
            refuse(result.status);
            break;
        }
        if (head_.has_body()) return Next::serve;
        if (redirects_in_batch_ == 0) batch_began_ = context_.clock.steady();
        const bool keep_alive = keeps_alive(head_);
        const Site::Instant outcome =
            context_.site.answer_instantly(head_, peer_, context_.writer, keep_alive, output_);
        if (outcome == Site::Instant::unusual) return Next::serve;
        must_settle_ |= outcome == Site::Instant::wait;
        ++redirects_in_batch_;
        closing_ = !keep_alive;
        input_.consume(head_.size);
    }
    return Next::read;
}

/// Sets the deadline for what is to be read next. False if nothing more shall be read.
bool Session::await_request() noexcept {
    if (!input_.empty()) {
        if (phase_ != Phase::head) enter(Phase::head, head_seconds);
        return true;
    }
    if (output_.capacity() > output_kept) output_.shrink_to_fit();
    enter(Phase::idle, idle_seconds);
    return !context_.draining || has_arrived();
}

/// The stream cannot be trusted beyond this point: one answer, then close.
void Session::refuse(Status status) {
    context_.metrics.request_faults[fault_of(status)].add();
    const Response response = problem(status);
    context_.writer.append_head(output_, response, false);
    output_.append(response.content());
    closing_ = true;
    refused_ = true;
}

/// The request in `head_`: its body, its handler, its answer.
Task<> Session::serve() {
    const Clock::SteadyTime began = context_.clock.steady();
    Request request(input_.text().substr(0, head_.size), peer_);
    input_.consume(head_.size);
    if (!co_await receive_body(request)) co_return;
    phase_ = Phase::serving;
    const Response response = co_await respond(request);
    co_await send(request, response);
    if (response.status == Status::found) {
        context_.metrics.redirect_duration.observe(context_.clock.steady() - began);
    }
}

Task<bool> Session::receive_body(Request& request) {
    BodyReader reader(request.head);
    if (reader.state() == BodyReader::State::done) co_return true;
    enter(Phase::body, transfer_grace_seconds);
    bool may_ask = request.head.expects_continue;
    for (;;) {
        const std::size_t taken = reader.feed(input_.text());
        input_.consume(taken);
        progress(taken);
        if (reader.state() != BodyReader::State::reading) break;
        if (std::exchange(may_ask, false) && taken == 0) {
            output_.append("HTTP/1.1 100 Continue\r\n\r\n");
            if (!send_at_once()) co_await send_slowly(no_asset);
            phase_ = Phase::body;
        }
        boost::system::error_code error;
        const asio::mutable_buffer room = input_.room();
        const std::size_t count =
            co_await socket_.async_read_some(room, asio::redirect_error(use_task, error));
        if (timed_out_) break;
        if (error) {
            broken_ = true;
            co_return false;
        }
        input_.grew(count);
    }
    if (reader.state() == BodyReader::State::done) {
        request.body = reader.body();
        co_return true;
    }
    Status status = Status::bad_request;
    if (timed_out_) status = Status::request_timeout;
    if (reader.state() == BodyReader::State::too_large) status = Status::content_too_large;
    refuse(status);
    if (!send_at_once()) co_await send_slowly(no_asset);
    co_return false;
}

Task<Response> Session::respond(const Request& request) {
    try {
        co_return co_await context_.site.answer(request);
    } catch (const Unavailable& unavailable) {
        log_unavailable(unavailable);
        co_return problem(Status::unavailable);
    } catch (const std::exception& failure) {
        spdlog::error("answered 500: {}", failure.what());
        co_return problem(Status::internal_error);
    }
}

/// At most once a second: with the store away there may be thousands of requests.
void Session::log_unavailable(const Unavailable& unavailable) {
    if (std::exchange(context_.last_logged, context_.second) == context_.second) return;
    spdlog::warn("answered 503: {}", unavailable.what());
}

/// Clicks must be safe on disk before their redirects are sent. If they are not, the first of the requests is
/// told so and the connection ends, which leaves the others unanswered: a client may send them again.
Task<> Session::settle() {
    must_settle_ = false;
    phase_ = Phase::serving;
    bool failed = false;
    try {
        co_await context_.site.settled();
    } catch (const Unavailable& unavailable) {
        log_unavailable(unavailable);
        failed = true;
    }
    if (!failed) co_return;
    output_.clear();
    const Response response = problem(Status::unavailable);
    context_.writer.append_head(output_, response, false);
    output_.append(response.content());
    closing_ = true;
    refused_ = true;
}

Task<> Session::send(const Request& request, const Response& response) {
    const bool keep_alive = keeps_alive(request.head);
    context_.writer.append_head(output_, response, keep_alive);
    closing_ |= !keep_alive;
    const bool with_body = request.head.method != Method::head;
    if (with_body) output_.append(response.body);
    const std::string_view asset = with_body ? response.asset : std::string_view();
    if (!asset.empty() || !send_at_once()) co_await send_slowly(asset);
}

/// One send, without waiting. Answers whether that was all, or the connection is gone.
bool Session::send_at_once() noexcept {
    std::size_t size = output_.size();
    if (failpoint_armed("http.response_half_sent")) {
        size /= 2;
        (void)::send(socket_.native_handle(), output_.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
        output_.erase(0, size);
        broken_ = failpoint("http.response_half_sent") == Fault::error;
        if (broken_) return true;
        size = output_.size();
    }
    const ssize_t sent = ::send(socket_.native_handle(), output_.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(size)) {
        output_.clear();
        return true;
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        broken_ = true;
        return true;
    }
    output_.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    return false;
}

/// Sends the output and then `asset`, as fast as the client reads.
Task<> Session::send_slowly(std::string_view asset) {
    enter(Phase::sending, transfer_grace_seconds);
    std::string_view head = output_;
    while (!broken_ && head.size() + asset.size() > 0) {
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(asset)};
        boost::system::error_code error;
        const std::size_t count =
            co_await socket_.async_write_some(buffers, asio::redirect_error(use_task, error));
        broken_ = error.failed();
        progress(count);
        const std::size_t of_head = std::min(count, head.size());
        head.remove_prefix(of_head);
        asset.remove_prefix(count - of_head);
    }
    output_.clear();
    phase_ = Phase::serving;
}

/// Closing a socket with unread input resets the connection, and a reset may overtake the answer. So say that
/// nothing more will come and let the client finish.
Task<> Session::linger() {
    enter(Phase::lingering, linger_seconds);
    timed_out_ = false;
    boost::system::error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    std::array<char, 512> ignored;
    while (!error && !timed_out_) {
        co_await socket_.async_read_some(asio::buffer(ignored), asio::redirect_error(use_task, error));
    }
}

void Session::sweep() {
    if (phase_ == Phase::serving || context_.second < deadline_) return;
    timed_out_ = true;
    if (phase_ == Phase::sending) {
        abort();
    } else {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }
}

/// A request that has arrived but is not read yet is in flight too; its answer closes the connection.
bool Session::has_arrived() const noexcept {
    boost::system::error_code error;
    return socket_.available(error) > 0 && !error;
}

void Session::drain() {
    if (phase_ != Phase::idle) return;
    if (has_arrived()) return;
    boost::system::error_code error;
    // Not close: a read that is done, but whose task has not resumed yet, holds a request as well. Only one
    // that still waits is cancelled.
    socket_.cancel(error);
}

void Session::abort() {
    broken_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void Session::enter(Phase phase, std::uint64_t seconds) noexcept {
    phase_ = phase;
    // One more, because the present second has partly gone.
    deadline_ = context_.second + seconds + 1;
    transferred_ = 0;
    transfer_began_ = context_.second;
}

void Session::progress(std::size_t bytes) noexcept {
    transferred_ += bytes;
    deadline_ = transfer_began_ + transfer_grace_seconds + 1 + transferred_ / transfer_bytes_per_second;
}

void Session::note_sent() noexcept {
    const auto duration = context_.clock.steady() - batch_began_;
    for (; redirects_in_batch_ > 0; --redirects_in_batch_)
        context_.metrics.redirect_duration.observe(duration);
}

}  // namespace urltrim::http
