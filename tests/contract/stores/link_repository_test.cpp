#include "contract/stores/stores.hpp"
#include "support/run_task.hpp"

namespace urltrim::contract {
namespace {

template <class Store>
class LinkRepositoryContract : public StoreTest<Store> {
protected:
    using Insert = links::LinkRepository::Insert;
};
TYPED_TEST_SUITE(LinkRepositoryContract, AllStores);

TYPED_TEST(LinkRepositoryContract, finds_what_was_stored) {
    EXPECT_EQ(this->insert("docs", "https://example.com/a?b=c"), TestFixture::Insert::stored);
    const auto link = this->find("docs");
    ASSERT_TRUE(link);
    EXPECT_EQ(link->code.text(), "docs");
    EXPECT_EQ(link->target.href(), "https://example.com/a?b=c");
    EXPECT_GT(static_cast<std::int64_t>(link->id), 0);
}

TYPED_TEST(LinkRepositoryContract, finds_nothing_under_a_code_that_nobody_stored) {
    this->insert("docs");
    EXPECT_FALSE(this->find("doc"));
    EXPECT_FALSE(this->find("docs2"));
}

TYPED_TEST(LinkRepositoryContract, leaves_the_link_alone_whose_code_is_wanted_again) {
    this->insert("docs", "https://first.example/");
    EXPECT_EQ(this->insert("docs", "https://second.example/"), TestFixture::Insert::code_taken);
    EXPECT_EQ(this->find("docs")->target.href(), "https://first.example/");
}

TYPED_TEST(LinkRepositoryContract, takes_codes_in_any_case_for_the_same) {
    this->insert("Docs");
    EXPECT_EQ(this->insert("dOCS"), TestFixture::Insert::code_taken);
    EXPECT_TRUE(this->find("DOCS"));
}

TYPED_TEST(LinkRepositoryContract, gives_every_link_an_id_of_its_own) {
    EXPECT_NE(this->make("one"), this->make("two"));
}

TYPED_TEST(LinkRepositoryContract, keeps_a_target_of_the_longest_length) {
    const std::string longest = "https://example.com/" + std::string(8192 - 20, 'x');
    this->insert("long", longest);
    EXPECT_EQ(this->find("long")->target.href(), longest);
}

TYPED_TEST(LinkRepositoryContract, stores_one_of_two_that_want_a_code_at_the_same_time) {
    std::vector<typename TestFixture::Insert> answers;
    asio::io_context& io = testing::loop();
    auto want = [&]() -> Task<> {
        links::NewLink link{this->code("docs"), *links::TargetUrl::from_store("https://example.com/"), true};
        answers.push_back(co_await this->store.links().insert(std::move(link)));
    };
    auto rethrow = [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    };
    asio::co_spawn(io.get_executor(), want(), rethrow);
    asio::co_spawn(io.get_executor(), want(), rethrow);
    io.run();
    std::sort(answers.begin(), answers.end());
    EXPECT_EQ(answers, (std::vector{TestFixture::Insert::stored, TestFixture::Insert::code_taken}));
}

TYPED_TEST(LinkRepositoryContract, is_ready_when_it_is_empty) {
    EXPECT_NO_THROW(testing::run(this->store.links().check()));
}

}  // namespace
}  // namespace urltrim::contract
