#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/unavailable.hpp"
#include "runtime/completion.hpp"
#include "sqlite/stats.hpp"

namespace urltrim::sqlite {

/// What comes back from another thread: a value, or what went wrong. Failures cross as text and become
/// exceptions on the io thread, so that no exception object is ever shared between threads.
template <class T>
struct Outcome {
    std::optional<T> value;
    std::string problem;
};

/// The answer that a task waits for, settled once: by the thread that does the work, or by the deadline.
/// Any thread. Whoever comes second changes nothing.
template <class T>
class Reply {
public:
    explicit Reply(runtime::Completion<Outcome<T>> completion) : completion_(std::move(completion)) {}

    void set(T value) {
        if (claim()) completion_.set(Outcome<T>{std::move(value), {}});
    }

    /// False if the task had its answer already.
    bool fail(std::string problem) {
        const bool first = claim();
        if (first) completion_.set(Outcome<T>{std::nullopt, std::move(problem)});
        return first;
    }

    /// Nobody waits any more: the work need not be done.
    bool settled() const noexcept { return settled_.load(std::memory_order_relaxed); }

private:
    bool claim() noexcept { return !settled_.exchange(true, std::memory_order_acq_rel); }

    std::atomic<bool> settled_{false};
    runtime::Completion<Outcome<T>> completion_;
};

template <class T>
using ReplyPtr = std::shared_ptr<Reply<T>>;

/// Suspends the calling task until `start(ReplyPtr<T>)` has led to an answer, but for `limit` at most: a
/// disk that hangs holds up the thread that waits for it, not the client. Then the task gets Unavailable
/// with `problem`, and `errors` counts it. Arguments must outlive the await.
template <class T, class Start>
Task<T> reply_within(std::chrono::milliseconds limit, const char* problem, Stats::Count& errors,
                     Start& start) {
    using Clock = std::chrono::steady_clock;
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> deadline(
        co_await asio::this_coro::executor, limit);
    auto submit = [&](runtime::Completion<Outcome<T>> completion) {
        auto reply = std::make_shared<Reply<T>>(std::move(completion));
        deadline.async_wait([reply, problem, &errors](boost::system::error_code cancelled) {
            if (cancelled) return;
            if (reply->fail(problem)) ++errors;
        });
        start(std::move(reply));
    };
    Outcome<T> outcome = co_await runtime::suspended<Outcome<T>>(submit);
    if (!outcome.value) throw Unavailable("sqlite", outcome.problem);
    co_return *std::move(outcome.value);
}

}  // namespace urltrim::sqlite
