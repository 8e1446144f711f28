#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include "runtime/task.hpp"

namespace urltrim::runtime {

/// SIGINT and SIGTERM as something to await, instead of handlers that run in the middle of other code.
///
/// From the constructor on the calling thread blocks both signals, so it must be the thread that called
/// main; all others block them anyway (see runtime/thread.hpp). A signal that arrives before anybody awaits
/// it is kept. The executor's thread only. The constructor throws std::system_error.
/// Source: signalfd(2). A handler that writes to a pipe was tried first: under TSan one signal in about a
/// thousand stops never got through.
class StopSignals {
public:
    explicit StopSignals(const Executor& executor);

    /// The number of the next signal. One coroutine at a time awaits it. Throws std::system_error.
    Task<int> next();

private:
    boost::asio::posix::basic_stream_descriptor<Executor> descriptor_;
};

}  // namespace urltrim::runtime
