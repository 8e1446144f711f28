#include "runtime/thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace urltrim::runtime {
namespace {

class WithoutStopSignals {
public:
    WithoutStopSignals() {
        sigset_t stop_signals;
        ::sigemptyset(&stop_signals);
        ::sigaddset(&stop_signals, SIGINT);
        ::sigaddset(&stop_signals, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &stop_signals, &before_);
    }
    ~WithoutStopSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    WithoutStopSignals(const WithoutStopSignals&) = delete;
    WithoutStopSignals& operator=(const WithoutStopSignals&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

std::thread start_thread(const std::string& name, std::function<void()> work) {
    const WithoutStopSignals inherited;
    std::thread thread(std::move(work));
    ::pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
    return thread;
}

}  // namespace urltrim::runtime
