#include <cstdio>

#include "journal/journal.hpp"
#include "unit/journal/journal_fixture.hpp"

namespace urltrim::journal {
namespace {

std::string output_of(const std::string& command) {
    std::string output;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return output;
    for (int next = std::fgetc(pipe); next != EOF; next = std::fgetc(pipe)) output += static_cast<char>(next);
    ::pclose(pipe);
    return output;
}

/// What the Python reader makes of a directory, a line per segment and click.
std::string as_python_reads(const std::filesystem::path& directory) {
    const std::string program =
        "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, '" URLTRIM_SOURCE_DIR
        "/tests/support')\n"
        "import journal_reader\n"
        "for s in journal_reader.read_directory('" +
        directory.string() +
        "'):\n"
        "    print('segment', s.slots, s.end, s.void, s.torn)\n"
        "    for c in s.clicks: print(c.slot, c.link, c.time_ms, c.client_network, c.user_agent, "
        "c.referrer_host, c.language)\n";
    return output_of("/usr/bin/python3 -c \"" + program + "\"");
}

TEST_F(JournalTest, is_read_alike_by_a_reader_written_from_the_format_page) {
    const auto journal = open();
    Writer& writer = journal->add_writer();
    const std::string long_agent(300, 'm');
    clicks::Click one = click(42);
    one.client_network = 0x0400'0000'00C0'0002U;
    one.user_agent = long_agent;
    one.referrer_host = "news.example";
    one.language = "de";
    writer.record(one);
    one.referrer_host = {};
    one.link = links::LinkId{-3};
    writer.record(one);

    EXPECT_EQ(as_python_reads(directory.path()),
              "segment 64 10 0 0\n"
              "8 42 1700003600000 288230376164294658 " +
                  std::string(260, 'm') +
                  " news.example de\n"
                  "9 -3 1700003600000 288230376164294658 " +
                  std::string(260, 'm') + " None de\n");
}

TEST_F(JournalTest, counts_damage_as_the_reader_written_from_the_format_page_does) {
    const auto path = leave_behind(20);
    std::vector<char> bytes = read_file(path);
    for (const std::size_t slot : {3U, 7U, 20U}) bytes[slot * slot_size + 17] ^= 4;
    write_file(path, bytes);

    auto taken = take_over(path);
    const SegmentFile& file = std::get<SegmentFile>(taken);
    const Census census = take_census(file.file, file.header);
    EXPECT_EQ(census.clicks, 17U);
    EXPECT_EQ(census.voids, 2U);
    EXPECT_EQ(census.torn, 1U);
    EXPECT_TRUE(as_python_reads(directory.path()).starts_with("segment 64 20 2 1\n"));
}

}  // namespace
}  // namespace urltrim::journal
