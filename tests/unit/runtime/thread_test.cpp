#include "runtime/thread.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <array>
#include <future>

namespace urltrim::runtime {
namespace {

bool blocked(int signal) {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return ::sigismember(&mask, signal) == 1;
}

TEST(StartThread, leaves_interrupt_and_terminate_to_the_thread_that_waits_for_them) {
    bool interrupt = false;
    bool terminate = false;
    bool fault = true;
    start_thread("test", [&] {
        interrupt = blocked(SIGINT);
        terminate = blocked(SIGTERM);
        fault = blocked(SIGSEGV);
    }).join();
    EXPECT_TRUE(interrupt);
    EXPECT_TRUE(terminate);
    EXPECT_FALSE(fault) << "a crash in the thread must keep its report";
    EXPECT_FALSE(blocked(SIGINT));
    EXPECT_FALSE(blocked(SIGTERM));
}

TEST(StartThread, is_seen_under_the_first_fifteen_characters_of_its_name) {
    std::promise<void> finish;
    std::thread thread = start_thread("sixteen letters!", [&] { finish.get_future().wait(); });
    std::array<char, 16> name{};
    EXPECT_EQ(::pthread_getname_np(thread.native_handle(), name.data(), name.size()), 0);
    EXPECT_STREQ(name.data(), "sixteen letters");
    finish.set_value();
    thread.join();
}

}  // namespace
}  // namespace urltrim::runtime
