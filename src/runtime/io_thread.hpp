#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

#include "runtime/task.hpp"

namespace urltrim::runtime {

/// One thread with an event loop of its own. What lives on it is made and used there only; others reach
/// it by asio::post(context(), …).
class IoThread {
public:
    explicit IoThread(std::string name);

    /// Stops, then destroys what is still suspended on the loop: what those tasks refer to must be there.
    ~IoThread() { stop(); }

    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    asio::io_context& context() noexcept { return context_; }

    /// Starts the thread. Until then the context may be used from the thread that made it.
    void start();

    /// Stops the loop where it is and joins the thread.
    void stop();

private:
    std::string name_;
    asio::io_context context_{1};
    asio::executor_work_guard<Executor> work_;
    std::thread thread_;
};

}  // namespace urltrim::runtime
