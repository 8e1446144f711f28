#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "runtime/task.hpp"

namespace urltrim::runtime {

/// The far end of a suspended Task: whoever holds it makes the task go on, once, from any thread. The
/// task resumes on its own io thread, never inside set().
///
/// Every Completion must be settled, with a value or an exception: dropping one leaks the coroutine.
template <class T>
class Completion {
public:
    void set(T value) { std::exchange(pending_, nullptr)->complete(nullptr, std::move(value)); }
    void fail(std::exception_ptr error) { std::exchange(pending_, nullptr)->complete(error, T{}); }

    template <class Handler>
    explicit Completion(std::in_place_t, Handler handler)
        : pending_(std::make_unique<Resume<Handler>>(std::move(handler))) {}

private:
    struct Pending {
        virtual ~Pending() = default;
        virtual void complete(std::exception_ptr error, T value) = 0;
    };

    template <class Handler>
    struct Resume final : Pending {
        explicit Resume(Handler h) : handler(std::move(h)) {}

        void complete(std::exception_ptr error, T value) override {
            auto executor = asio::get_associated_executor(handler);
            asio::post(executor, [resume = std::move(handler), error, answer = std::move(value)]() mutable {
                std::move(resume)(error, std::move(answer));
            });
        }

        Handler handler;
    };

    std::unique_ptr<Pending> pending_;
};

/// Suspends the calling Task and hands its Completion to `start`, which passes it to another thread:
///
///     auto submit = [&](Completion<int> done) { thread.submit(Job{question, std::move(done)}); };
///     const int answer = co_await suspended<int>(submit);
///
/// `start` is called at once, on the calling thread, and must outlive the await (name it first).
template <class T, class Start>
Task<T> suspended(Start& start) {
    auto initiate = [&start](auto handler) { start(Completion<T>(std::in_place, std::move(handler))); };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                            void(std::exception_ptr, T)>(initiate, use_task);
}

}  // namespace urltrim::runtime
