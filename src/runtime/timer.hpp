#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>

#include "runtime/task.hpp"

namespace urltrim::runtime {

/// Wakes a task up after a time. Asio's timer, on the one executor type.
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace urltrim::runtime
