#include "runtime/io_thread.hpp"

#include <utility>

#include "runtime/thread.hpp"

namespace urltrim::runtime {

IoThread::IoThread(std::string name) : name_(std::move(name)), work_(context_.get_executor()) {}

void IoThread::start() {
    thread_ = start_thread(name_, [this] { context_.run(); });
}

void IoThread::stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace urltrim::runtime
