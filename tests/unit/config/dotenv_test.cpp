#include "config/dotenv.hpp"

#include <gtest/gtest.h>

namespace urltrim::config {
namespace {

/// The value of the only assignment in `text`.
std::string value(std::string_view text) {
    const Dotenv file = parse_dotenv(text);
    if (!file.problems.empty()) return "problem: " + file.problems.front().reason;
    return file.assignments.size() == 1 ? file.assignments.front().value : "not one assignment";
}

TEST(Dotenv, reads_names_and_values_with_their_lines) {
    const Dotenv file = parse_dotenv("# mine\n\nPORT=80\r\n  export HOST = 0.0.0.0  \n");
    ASSERT_EQ(file.assignments.size(), 2U);
    EXPECT_EQ(file.assignments[0].name, "PORT");
    EXPECT_EQ(file.assignments[0].value, "80");
    EXPECT_EQ(file.assignments[0].line, 3U);
    EXPECT_EQ(file.assignments[1].name, "HOST");
    EXPECT_EQ(file.assignments[1].value, "0.0.0.0");
    EXPECT_EQ(file.assignments[1].line, 4U);
    EXPECT_TRUE(file.problems.empty());
}

TEST(Dotenv, needs_no_newline_at_its_end_and_skips_a_byte_order_mark) {
    EXPECT_EQ(value("\xEF\xBB\xBF"
                    "A=b"),
              "b");
}

TEST(Dotenv, takes_a_comment_off_a_plain_value_only_after_a_blank) {
    EXPECT_EQ(value("A=b # c"), "b");
    EXPECT_EQ(value("A=b#c"), "b#c");
    EXPECT_EQ(value("A= # c"), "");
    EXPECT_EQ(value("A=#c"), "");
}

TEST(Dotenv, keeps_blanks_comments_and_equals_signs_within_quotes) {
    EXPECT_EQ(value("A=\" b # c=d \" # e"), " b # c=d ");
    EXPECT_EQ(value("A=' b # c=d ' # e"), " b # c=d ");
    EXPECT_EQ(value("A=b=c"), "b=c");
    EXPECT_EQ(value("A=\"\""), "");
}

TEST(Dotenv, knows_escapes_in_double_quotes_only) {
    EXPECT_EQ(value(R"(A="a\nb\t\"c\"\\\$")"), "a\nb\t\"c\"\\$");
    EXPECT_EQ(value(R"(A='a\nb')"), R"(a\nb)");
    EXPECT_EQ(value(R"(A=a\nb)"), R"(a\nb)");
}

TEST(Dotenv, expands_nothing) {
    EXPECT_EQ(value("A=${HOME}/x"), "${HOME}/x");
}

TEST(Dotenv, names_the_line_and_reason_of_what_it_cannot_read_and_goes_on) {
    const Dotenv file = parse_dotenv("PORT 80\n1A=b\n=c\nA='open\nB=\"x\" y\nC=\"\\q\"\nD=\"x\\\nE=fine\n");
    ASSERT_EQ(file.problems.size(), 7U);
    for (unsigned i = 0; i < 7; ++i) EXPECT_EQ(file.problems[i].line, i + 1);
    EXPECT_EQ(file.problems[0].reason, "expected NAME=value");
    EXPECT_EQ(file.problems[1].reason, "the name before = must be letters, digits and _");
    EXPECT_EQ(file.problems[3].reason, "A: the quote is not closed on this line");
    EXPECT_EQ(file.problems[4].reason, "B: there is text behind the closing quote");
    EXPECT_EQ(file.problems[6].reason, "D: the quote is not closed on this line");
    ASSERT_EQ(file.assignments.size(), 1U);
    EXPECT_EQ(file.assignments[0].name, "E");
}

}  // namespace
}  // namespace urltrim::config
