#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace urltrim {

namespace asio = boost::asio;

/// One executor type everywhere: no type erasure on the way of a request.
using Executor = asio::io_context::executor_type;

/// A coroutine that runs on one io thread. Await it once; arguments are taken by value (see the g++ 12
/// rule in CONTRIBUTING.md: name an aggregate first, then await).
template <class T = void>
using Task = asio::awaitable<T, Executor>;

/// Completion token that makes an Asio operation awaitable inside a Task.
inline constexpr asio::use_awaitable_t<Executor> use_task{};

}  // namespace urltrim
