#include "contract/stores/stores.hpp"
#include "support/click_batches.hpp"

namespace urltrim::contract {
namespace {

using testing::batch_of;

/// ClickStore, as far as ClickTotals can tell.
template <class Store>
class ClickStoreContract : public StoreTest<Store> {
protected:
    void apply(std::vector<clicks::Batch> batches) { this->store.clicks().apply(batches); }

    links::LinkId a = this->make("a");
    links::LinkId b = this->make("b");
};
TYPED_TEST_SUITE(ClickStoreContract, AllStores);

TYPED_TEST(ClickStoreContract, starts_every_link_at_zero) {
    EXPECT_EQ(this->total("a"), 0);
}

TYPED_TEST(ClickStoreContract, knows_no_total_of_a_link_that_does_not_exist) {
    EXPECT_FALSE(this->total("nobody"));
}

TYPED_TEST(ClickStoreContract, adds_every_click_to_its_link) {
    this->apply({batch_of(1, 0, {this->a, this->b, this->a})});
    EXPECT_EQ(this->total("a"), 2);
    EXPECT_EQ(this->total("b"), 1);
}

TYPED_TEST(ClickStoreContract, counts_a_range_that_comes_twice_once) {
    const clicks::Batch batch = batch_of(1, 0, {this->a, this->b});
    this->apply({batch});
    this->apply({batch});
    EXPECT_EQ(this->total("a"), 1);
    EXPECT_EQ(this->total("b"), 1);
}

TYPED_TEST(ClickStoreContract, counts_only_what_is_new_in_a_range_that_overlaps) {
    this->apply({batch_of(1, 0, {this->a, this->a})});
    this->apply({batch_of(1, 1, {this->a, this->b, this->b})});
    EXPECT_EQ(this->total("a"), 2);
    EXPECT_EQ(this->total("b"), 2);
}

TYPED_TEST(ClickStoreContract, ignores_a_range_inside_what_is_applied) {
    this->apply({batch_of(1, 0, {this->a, this->a, this->a})});
    this->apply({batch_of(1, 1, {this->a})});
    EXPECT_EQ(this->total("a"), 3);
}

TYPED_TEST(ClickStoreContract, tells_segments_apart) {
    this->apply({batch_of(1, 0, {this->a}), batch_of(2, 0, {this->a})});
    EXPECT_EQ(this->total("a"), 2);
}

TYPED_TEST(ClickStoreContract, moves_over_slots_that_hold_no_click) {
    clicks::Batch sparse{testing::segment_id(1), 0, 10, {{3, this->a, testing::some_time}}};
    this->apply({sparse});
    this->apply({batch_of(1, 10, {this->a})});
    EXPECT_EQ(this->total("a"), 2);
}

TYPED_TEST(ClickStoreContract, takes_the_clicks_of_links_that_do_not_exist_without_complaint) {
    const links::LinkId gone{999};
    this->apply({batch_of(1, 0, {gone, this->a, gone})});
    EXPECT_EQ(this->total("a"), 1);
}

TYPED_TEST(ClickStoreContract, refuses_a_range_behind_a_gap_rather_than_lose_the_slots_between) {
    EXPECT_THROW(this->apply({batch_of(1, 1, {this->a})}), Unavailable);
    EXPECT_EQ(this->total("a"), 0);
    this->apply({batch_of(1, 0, {this->a, this->a})});
    EXPECT_EQ(this->total("a"), 2);
}

TYPED_TEST(ClickStoreContract, has_nothing_to_do_without_batches) {
    EXPECT_NO_THROW(this->apply({}));
}

}  // namespace
}  // namespace urltrim::contract
