#include "sqlite/write_turn.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace urltrim::sqlite {
namespace {

TEST(WriteTurn, is_held_by_one_at_a_time) {
    WriteTurn turn;
    int value = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 1000; ++round) {
                const WriteTurn::Hold hold(turn);
                ++value;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(value, 4000);
}

TEST(WriteTurn, tells_its_holder_that_somebody_waits) {
    WriteTurn turn;
    auto hold = std::make_unique<WriteTurn::Hold>(turn);
    EXPECT_FALSE(turn.wanted());
    std::thread other([&] { const WriteTurn::Hold wait(turn); });
    while (!turn.wanted()) std::this_thread::yield();
    hold.reset();
    other.join();
    EXPECT_FALSE(turn.wanted());
}

}  // namespace
}  // namespace urltrim::sqlite
