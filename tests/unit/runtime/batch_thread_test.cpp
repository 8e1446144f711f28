#include "runtime/batch_thread.hpp"

#include <gtest/gtest.h>

#include <future>
#include <numeric>
#include <stdexcept>

#include "runtime/completion.hpp"
#include "support/run_task.hpp"

namespace urltrim::runtime {
namespace {

TEST(BatchThread, takes_together_what_arrived_while_it_was_busy) {
    std::vector<std::size_t> batch_sizes;
    std::promise<void> started;
    std::promise<void> go_on;
    {
        BatchThread<int> thread("test", [&](std::vector<int>& jobs) {
            batch_sizes.push_back(jobs.size());
            if (batch_sizes.size() == 1) {
                started.set_value();
                go_on.get_future().wait();
            }
        });
        thread.submit(0);
        started.get_future().wait();
        for (int job = 1; job <= 64; ++job) thread.submit(job);
        go_on.set_value();
    }
    EXPECT_EQ(batch_sizes, (std::vector<std::size_t>{1, 64}));
}

TEST(BatchThread, finishes_what_was_submitted_before_it_ends) {
    int sum = 0;
    {
        BatchThread<int> thread(
            "test", [&](std::vector<int>& jobs) { sum = std::accumulate(jobs.begin(), jobs.end(), sum); });
        for (int job = 1; job <= 100; ++job) thread.submit(job);
    }
    EXPECT_EQ(sum, 5050);
}

struct Question {
    int number;
    Completion<int> done;
};

void answer(std::vector<Question>& questions) {
    for (Question& question : questions) {
        if (question.number < 0) {
            question.done.fail(std::make_exception_ptr(std::invalid_argument("negative")));
        } else {
            question.done.set(question.number * 2);
        }
    }
}

Task<int> ask(BatchThread<Question>& thread, int number) {
    auto submit = [&](Completion<int> done) { thread.submit(Question{number, std::move(done)}); };
    co_return co_await suspended<int>(submit);
}

TEST(Completion, makes_a_task_go_on_with_the_answer_of_another_thread) {
    BatchThread<Question> thread("test", answer);
    EXPECT_EQ(testing::run(ask(thread, 21)), 42);
}

TEST(Completion, makes_a_task_go_on_with_the_exception_of_another_thread) {
    BatchThread<Question> thread("test", answer);
    EXPECT_THROW(testing::run(ask(thread, -1)), std::invalid_argument);
}

}  // namespace
}  // namespace urltrim::runtime
