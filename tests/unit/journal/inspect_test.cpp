#include "journal/inspect.hpp"

#include <sstream>

#include "journal/journal.hpp"
#include "unit/journal/journal_fixture.hpp"

namespace urltrim::journal {
namespace {

TEST_F(JournalTest, is_shown_to_people_segment_by_segment) {
    const auto left = leave_behind(5);
    const auto journal = open();
    journal->add_writer().record(click(1));

    std::ostringstream out;
    EXPECT_EQ(inspect(directory.path(), out), Health::sound);
    EXPECT_NE(out.str().find(left.stem().string()), std::string::npos);
    EXPECT_NE(out.str().find("left behind"), std::string::npos);
    EXPECT_NE(out.str().find("live"), std::string::npos);
    EXPECT_NE(out.str().find("2 segments, 6 clicks\n"), std::string::npos);
}

TEST_F(JournalTest, is_not_changed_by_being_looked_at) {
    const auto left = leave_behind(5);
    std::filesystem::permissions(left, std::filesystem::perms::owner_read);
    const std::vector<char> before = read_file(left);
    std::ostringstream out;
    EXPECT_EQ(inspect(directory.path(), out), Health::sound);
    EXPECT_EQ(read_file(left), before);
}

TEST_F(JournalTest, is_called_damaged_by_inspect_when_a_slot_is_void_or_a_header_cannot_be_read) {
    const auto left = leave_behind(5);
    std::vector<char> bytes = read_file(left);
    bytes[2 * slot_size + 9] ^= 1;
    write_file(left, bytes);
    std::ostringstream out;
    EXPECT_EQ(inspect(directory.path(), out), Health::damaged);

    bytes[0] ^= 1;
    write_file(left, bytes);
    out.str("");
    EXPECT_EQ(inspect(directory.path(), out), Health::damaged);
    EXPECT_NE(out.str().find("damaged header"), std::string::npos);
}

TEST(Inspect, says_so_when_there_is_no_journal) {
    std::ostringstream out;
    EXPECT_EQ(inspect("/nonexistent/journal", out), Health::no_journal);
    EXPECT_NE(out.str().find("/nonexistent/journal"), std::string::npos);
}

}  // namespace
}  // namespace urltrim::journal
