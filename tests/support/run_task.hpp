#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "runtime/task.hpp"

namespace urltrim::testing {

/// Runs one Task to its end on an io_context of its own, or throws what it threw.
inline void run(Task<> task) {
    asio::io_context io(1);
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
