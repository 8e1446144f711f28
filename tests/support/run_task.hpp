#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "runtime/task.hpp"

namespace urltrim::testing {

/// The loop that tests run tasks on, ready for the next run(). It is never destroyed: a thread that has made
/// a task go on may still be on its way out of asio::post() when the task has ended.
inline asio::io_context& loop() {
    static auto& context = *new asio::io_context(1);
    context.restart();
    return context;
}

/// Runs one Task to its end, or throws what it threw.
inline void run(Task<> task) {
    asio::io_context& io = loop();
    std::exception_ptr error;
    asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr thrown) { error = thrown; });
    io.run();
    if (error) std::rethrow_exception(error);
}

template <class T>
Task<> store_answer(Task<T> task, std::optional<T>& answer) {
    answer.emplace(co_await std::move(task));
}

/// The same, and answers what the task answered.
template <class T>
T run(Task<T> task) {
    std::optional<T> answer;
    run(store_answer(std::move(task), answer));
    return std::move(*answer);
}

}  // namespace urltrim::testing
