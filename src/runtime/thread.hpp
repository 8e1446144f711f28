#pragma once

#include <functional>
#include <string>
#include <thread>

namespace urltrim::runtime {

/// A thread that runs `work`, called `name` (15 characters at most are kept) in top and in core files.
///
/// SIGINT and SIGTERM are blocked in it from its first instruction: they reach the thread that waits for
/// them (see app/serve.cpp) and interrupt nobody's system call. Returns at once; throws std::system_error
/// when the system has no thread to give.
/// Source: signal(7), "a process-directed signal may be delivered to any one of the threads that does not
/// currently have the signal blocked"; pthread_sigmask(3), "a new thread inherits a copy of its creator's
/// signal mask".
std::thread start_thread(const std::string& name, std::function<void()> work);

}  // namespace urltrim::runtime
