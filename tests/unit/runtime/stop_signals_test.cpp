#include "runtime/stop_signals.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <vector>

namespace urltrim::runtime {
namespace {

using namespace std::chrono_literals;

class StopSignalsTest : public ::testing::Test {
protected:
    asio::io_context context{1};

    ~StopSignalsTest() override { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    /// The next `count` signals, or those that came within a second.
    std::vector<int> wait_for(std::size_t count) {
        std::vector<int> seen;
        asio::co_spawn(context, collect(seen, count), [](const std::exception_ptr& error) {
            if (error) std::rethrow_exception(error);
        });
        context.restart();
        context.run_for(1s);
        return seen;
    }

private:
    Task<> collect(std::vector<int>& seen, std::size_t count) {
        while (seen.size() < count) seen.push_back(co_await signals_.next());
    }

    sigset_t before_ = [] {
        sigset_t mask;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        return mask;
    }();
    StopSignals signals_{context.get_executor()};
};

TEST_F(StopSignalsTest, a_signal_ends_the_wait_for_it) {
    asio::post(context, [] { ::kill(::getpid(), SIGTERM); });
    EXPECT_EQ(wait_for(1), std::vector{SIGTERM});
}

TEST_F(StopSignalsTest, a_signal_that_comes_before_anybody_waits_is_kept) {
    ::kill(::getpid(), SIGINT);
    EXPECT_EQ(wait_for(1), std::vector{SIGINT});
}

TEST_F(StopSignalsTest, a_second_signal_is_seen_after_the_first) {
    ::kill(::getpid(), SIGTERM);
    EXPECT_EQ(wait_for(1), std::vector{SIGTERM});
    ::kill(::getpid(), SIGINT);
    EXPECT_EQ(wait_for(1), std::vector{SIGINT});
}

}  // namespace
}  // namespace urltrim::runtime
