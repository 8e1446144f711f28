#include "http/body_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace urltrim::http {
namespace {

using State = BodyReader::State;

RequestHead chunked() {
    RequestHead head;
    head.chunked = true;
    return head;
}

RequestHead sized(std::uint64_t length) {
    RequestHead head;
    head.content_length = length;
    return head;
}

struct ChunkCase {
    std::string why;
    std::string text;
    State state;
    std::string body;
};

std::vector<ChunkCase> chunk_cases() {
    return {
        {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", State::done, "abcde"},
        {"no chunk", "0\r\n\r\n", State::done, ""},
        {"many zeros", "000\r\n\r\n", State::done, ""},
        {"hexadecimal in both cases", "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n", State::done,
         "01234567890123456789a"},
        {"leading zeros", "0003\r\nabc\r\n0\r\n\r\n", State::done, "abc"},
        {"an extension", "3;a=b\r\nabc\r\n0;c\r\n\r\n", State::done, "abc"},
        {"a quoted extension", "3;a=\"b c\"\r\nabc\r\n0\r\n\r\n", State::done, "abc"},
        {"space before an extension", "3 ; a\r\nabc\r\n0\r\n\r\n", State::done, "abc"},
        {"several extensions", "3;a ;b = c\t; d=\"\\\";\"\r\nabc\r\n0\r\n\r\n", State::done, "abc"},
        {"trailers", "3\r\nabc\r\n0\r\nX-A: b\r\nX-B:\r\n\r\n", State::done, "abc"},
        {"line ends in the data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", State::done, "\r\n\r\n"},
        {"a bare LF after the size", "3\nabc\r\n0\r\n\r\n", State::malformed, ""},
        {"a bare LF after the data", "3\r\nabc\n0\r\n\r\n", State::malformed, "abc"},
        {"a bare LF at the end", "0\r\n\n", State::malformed, ""},
        {"no line end after the data", "3\r\nabcd\r\n0\r\n\r\n", State::malformed, "abc"},
        {"no size", "\r\nabc\r\n", State::malformed, ""},
        {"an extension without a size", ";a\r\nabc\r\n", State::malformed, ""},
        {"a sign", "+3\r\nabc\r\n0\r\n\r\n", State::malformed, ""},
        {"a negative size", "-3\r\nabc\r\n0\r\n\r\n", State::malformed, ""},
        {"0x", "0x3\r\nabc\r\n0\r\n\r\n", State::malformed, ""},
        {"a space first", " 3\r\nabc\r\n0\r\n\r\n", State::malformed, ""},
        {"rubbish after the size", "3 abc\r\nabc\r\n", State::malformed, ""},
        {"a space after the size", "3 \r\nabc\r\n", State::malformed, ""},
        {"a space after an extension", "3;a \r\nabc\r\n", State::malformed, ""},
        {"an extension without a name", "3;\r\nabc\r\n", State::malformed, ""},
        {"an extension without its value", "3;a=\r\nabc\r\n", State::malformed, ""},
        {"an open quote", "3;a=\"b\r\nabc\r\n", State::malformed, ""},
        {"an escaped closing quote", "3;a=\"b\\\"\r\nabc\r\n", State::malformed, ""},
        {"rubbish behind a quote", "3;a=\"b\"c\r\nabc\r\n", State::malformed, ""},
        {"a bare CR in an extension", "3;a\rb\r\nabc\r\n0\r\n\r\n", State::malformed, ""},
        {"NUL in an extension", std::string("3;a\0b\r\nabc\r\n0\r\n\r\n", 17), State::malformed, ""},
        {"a trailer without a colon", "0\r\nX-A\r\n\r\n", State::malformed, ""},
        {"a trailer without a name", "0\r\n: b\r\n\r\n", State::malformed, ""},
        {"a folded trailer", "0\r\nX-A: b\r\n c: d\r\n\r\n", State::malformed, ""},
        {"a space before a trailer's colon", "0\r\nX-A : b\r\n\r\n", State::malformed, ""},
        {"a chunk too large", "4001\r\n", State::too_large, ""},
        {"a size larger than any number", "fffffffffffffffffffffffffffffffffff\r\n", State::too_large, ""},
        {"a size that wraps round to 3", "10000000000000003\r\nabc\r\n", State::too_large, ""},
        {"chunks too large together", "3fff\r\n" + std::string(0x3fff, 'a') + "\r\n2\r\nbc\r\n",
         State::too_large, std::string(0x3fff, 'a')},
        {"an endless extension", "3;" + std::string(20'000, 'a'), State::malformed, ""},
        {"endless trailers", "0\r\nX-A: " + std::string(20'000, 'a'), State::malformed, ""},
        {"half a chunk", "3\r\nab", State::reading, "ab"},
        {"no last chunk", "3\r\nabc\r\n", State::reading, "abc"},
        {"no last line", "3\r\nabc\r\n0\r\n", State::reading, "abc"},
    };
}

TEST(BodyReader, decodes_chunks_strictly_however_they_arrive) {
    for (const ChunkCase& one : chunk_cases()) {
        for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, one.text.size()}) {
            BodyReader reader(chunked());
            for (std::size_t at = 0; at < one.text.size(); at += step) {
                reader.feed(std::string_view(one.text).substr(at, step));
            }
            EXPECT_EQ(reader.state(), one.state) << one.why << ", by " << step;
            EXPECT_EQ(reader.body(), one.body) << one.why << ", by " << step;
        }
    }
}

TEST(BodyReader, leaves_what_follows_the_body) {
    BodyReader by_length(sized(3));
    EXPECT_EQ(by_length.feed("abcGET /"), 3U);
    EXPECT_EQ(by_length.state(), State::done);
    BodyReader by_chunks(chunked());
    EXPECT_EQ(by_chunks.feed("3\r\nabc\r\n0\r\n\r\nGET /"), 13U);
    EXPECT_EQ(by_chunks.state(), State::done);
}

TEST(BodyReader, has_nothing_to_read_when_there_is_no_body) {
    EXPECT_EQ(BodyReader(RequestHead{}).state(), State::done);
}

TEST(BodyReader, accepts_16_KiB_and_not_a_byte_more) {
    BodyReader largest(sized(16 * 1024));
    largest.feed(std::string(16 * 1024, 'a'));
    EXPECT_EQ(largest.state(), State::done);
    EXPECT_EQ(BodyReader(sized(16 * 1024 + 1)).state(), State::too_large);
}

}  // namespace
}  // namespace urltrim::http
