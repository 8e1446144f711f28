#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "runtime/task.hpp"

namespace urltrim::testing {

/// Runs one Task to its end on an io_context of its own and answers what it answered, or throws what it
/// threw.
template <class T>
T run(Task<T> task) {
    asio::io_context io(1);
    std::optional<T> answer;
    std::exception_ptr error;
    auto settle = [&](std::exception_ptr thrown, T value) {
        error = thrown;
        answer.emplace(std::move(value));
    };
    asio::co_spawn(io.get_executor(), std::move(task), settle);
    io.run();
    if (error) std::rethrow_exception(error);
    return std::move(*answer);
}

inline void run(Task<> task) {
    asio::io_context io(1);
    std::exception_ptr error;
    asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr thrown) { error = thrown; });
    io.run();
    if (error) std::rethrow_exception(error);
}

}  // namespace urltrim::testing
