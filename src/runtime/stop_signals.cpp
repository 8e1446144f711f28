#include "runtime/stop_signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace urltrim::runtime {
namespace {

int open_signals() {
    sigset_t stop_signals;
    ::sigemptyset(&stop_signals);
    ::sigaddset(&stop_signals, SIGINT);
    ::sigaddset(&stop_signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
    const int descriptor = ::signalfd(-1, &stop_signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
    return descriptor;
}

}  // namespace

StopSignals::StopSignals(const Executor& executor) : descriptor_(executor, open_signals()) {}

Task<int> StopSignals::next() {
    while (true) {
        co_await descriptor_.async_wait(asio::posix::descriptor_base::wait_read, use_task);
        signalfd_siginfo info;
        const ssize_t size = ::read(descriptor_.native_handle(), &info, sizeof info);
        if (size == sizeof info) co_return static_cast<int>(info.ssi_signo);
        if (errno != EAGAIN && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "read from signalfd");
        }
    }
}

}  // namespace urltrim::runtime
