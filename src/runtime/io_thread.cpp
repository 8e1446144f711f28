#include "runtime/io_thread.hpp"

#include <pthread.h>

#include <utility>

namespace urltrim::runtime {

IoThread::IoThread(std::string name) : name_(std::move(name)), work_(context_.get_executor()) {}

void IoThread::start() {
    thread_ = std::thread([this] { context_.run(); });
    ::pthread_setname_np(thread_.native_handle(), name_.substr(0, 15).c_str());
}

void IoThread::stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace urltrim::runtime
