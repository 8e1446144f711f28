#include <fcntl.h>

#include "journal/journal.hpp"
#include "unit/journal/journal_fixture.hpp"

namespace urltrim::journal {
namespace {

class RecoveryTest : public JournalTest {
protected:
    /// Starts a journal on the directory, delivers all it finds and stops it.
    Stats recover_into(Ledger& ledger, const std::function<bool(const Stats&)>& complete) {
        const auto journal = open();
        journal->start();
        EXPECT_TRUE(eventually([&] {
            drain(*journal, ledger);
            return complete(journal->stats());
        }));
        drain(*journal, ledger);
        journal->stop();
        return journal->stats();
    }

    Stats recover_into(Ledger& ledger, std::uint64_t segments) {
        return recover_into(ledger, [&](const Stats& stats) { return stats.recovered_segments == segments; });
    }

    static void change(const std::filesystem::path& path,
                       const std::function<void(std::vector<char>&)>& edit) {
        std::vector<char> bytes = read_file(path);
        edit(bytes);
        write_file(path, bytes);
    }
};

TEST_F(RecoveryTest, delivers_and_deletes_what_dead_processes_left_behind) {
    leave_behind(5);
    leave_behind(7);
    Ledger ledger;
    const Stats stats = recover_into(ledger, 2);
    EXPECT_EQ(ledger.total(), 12U);
    EXPECT_EQ(stats.recovered_clicks, 12U);
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST_F(RecoveryTest, keeps_what_it_could_not_deliver_for_the_next_start) {
    const auto path = leave_behind(5);
    {
        const auto journal = open();
        journal->start();
        ASSERT_TRUE(eventually([&] { return journal->stats().recovered_segments == 1; }));
        EXPECT_FALSE(journal->cut(100).empty());  // cut, and never applied
    }
    EXPECT_TRUE(std::filesystem::exists(path));
    Ledger ledger;
    recover_into(ledger, 1);
    EXPECT_EQ(ledger.total(), 5U);
}

TEST_F(RecoveryTest, waits_for_a_segment_whose_process_has_not_quite_died) {
    const auto path = leave_behind(5);
    auto dying = std::make_unique<std::variant<SegmentFile, LockedElsewhere, BadHeader>>(take_over(path));
    const auto journal = open();
    journal->start();
    ASSERT_TRUE(eventually([&] { return journal->stats().reserve == 2; }));
    EXPECT_EQ(journal->stats().recovered_segments, 0U);
    dying.reset();
    EXPECT_TRUE(eventually([&] { return journal->stats().recovered_clicks == 5; }));
}

TEST_F(RecoveryTest, reads_later_what_it_cannot_open_now) {
    const auto path = leave_behind(5);
    const auto elsewhere = directory.path() / "elsewhere";
    std::filesystem::rename(path, elsewhere);
    std::filesystem::create_symlink(path, path);  // leads to itself: no open() succeeds
    const auto journal = open();
    journal->start();
    EXPECT_TRUE(eventually([&] { return journal->stats().unreadable_segments == 1; }));
    std::filesystem::rename(elsewhere, path);
    EXPECT_TRUE(eventually([&] { return journal->stats().recovered_clicks == 5; }));
    EXPECT_EQ(journal->stats().unreadable_segments, 0U);
}

TEST_F(RecoveryTest, just_deletes_segments_that_are_empty_or_were_still_being_made) {
    const auto used = leave_behind(1);
    change(used, [](std::vector<char>& bytes) { std::fill(bytes.begin() + 64, bytes.end(), '\0'); });
    write_file(directory.path() / (std::string(32, 'a') + ".new"), {'h', 'a', 'l', 'f'});
    Ledger ledger;
    recover_into(ledger, [&](const Stats&) {
        return !std::filesystem::exists(used) && directory.segments(".new").empty();
    });
    EXPECT_EQ(ledger.total(), 0U);
}

TEST_F(RecoveryTest, takes_a_torn_last_slot_for_no_record) {
    const auto path = leave_behind(5);
    change(path, [](std::vector<char>& bytes) { std::fill_n(bytes.begin() + 5 * 64 + 60, 4, '\0'); });
    Ledger ledger;
    const Stats stats = recover_into(ledger, 1);
    EXPECT_EQ(ledger.total(), 4U);
    EXPECT_EQ(stats.void_slots, 0U);
}

TEST_F(RecoveryTest, goes_on_behind_damaged_slots_and_counts_them_as_void) {
    const auto path = leave_behind(9);
    change(path, [](std::vector<char>& bytes) {
        bytes[2 * 64 + 8] ^= 1;
        std::fill_n(bytes.begin() + 4 * 64, 64, '\0');
    });
    Ledger ledger;
    const Stats stats = recover_into(ledger, 1);
    EXPECT_EQ(ledger.total(), 7U);
    EXPECT_EQ(stats.void_slots, 2U);
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST_F(RecoveryTest, never_makes_a_wrong_click_whatever_byte_is_flipped) {
    const auto path = leave_behind(4);
    const std::vector<char> good = read_file(path);
    for (std::size_t offset = 0; offset < 6 * slot_size; ++offset) {
        std::vector<char> bytes = good;
        bytes[offset] = static_cast<char>(bytes[offset] ^ static_cast<char>(1 + offset % 255));
        write_file(path, bytes);

        auto taken = take_over(path);
        SegmentFile* file = std::get_if<SegmentFile>(&taken);
        ASSERT_EQ(file != nullptr, offset >= slot_size) << "byte " << offset;
        if (file == nullptr) continue;
        const Census census = take_census(file->file, file->header);
        const auto segment = Segment::left_behind(std::move(*file), census);
        segment->sync();
        std::uint64_t voids = 0;
        const auto batch = segment->cut(100, voids);
        ASSERT_TRUE(batch.has_value());
        for (const clicks::ClickRecord& record : batch->records) {
            EXPECT_EQ(record.link, links::LinkId{1});
            EXPECT_EQ(record.time, clock.utc());
        }
        EXPECT_EQ(batch->records.size(), offset / slot_size <= 4 ? 3U : 4U) << "byte " << offset;
    }
}

TEST_F(RecoveryTest, keeps_a_segment_with_a_damaged_header_and_starts_all_the_same) {
    const auto path = leave_behind(5);
    change(path, [](std::vector<char>& bytes) { bytes[20] ^= 1; });
    leave_behind(2);
    Ledger ledger;
    recover_into(ledger, [](const Stats& stats) {
        return stats.unreadable_segments == 1 && stats.recovered_segments == 1;
    });
    EXPECT_EQ(ledger.total(), 2U);
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(RecoveryTest, leaves_a_segment_of_a_newer_version_to_that_version) {
    const auto path = leave_behind(5);
    change(path, [](std::vector<char>& bytes) {
        Header header{};
        std::memcpy(&header, bytes.data(), slot_size);
        header.version = format_version + 1;
        header.crc = slot_crc(std::as_bytes(std::span(&header, 1)).first<slot_size>(), 0);
        std::memcpy(bytes.data(), &header, slot_size);
    });
    Ledger ledger;
    recover_into(ledger, [](const Stats& stats) { return stats.unreadable_segments == 1; });
    EXPECT_EQ(ledger.total(), 0U);
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(RecoveryTest, does_not_count_a_segment_again_that_comes_back_from_a_backup) {
    const auto path = leave_behind(5);
    const std::vector<char> backup = read_file(path);
    Ledger ledger;
    recover_into(ledger, 1);
    write_file(path, backup);
    write_file(directory.path() / (std::string(32, '0') + ".seg"), backup);
    recover_into(ledger, [](const Stats& stats) {
        return stats.recovered_segments == 1 && stats.unreadable_segments == 1;
    });
    EXPECT_EQ(ledger.total(), 5U);
}

TEST_F(RecoveryTest, reads_a_segment_that_was_cut_short_as_far_as_it_goes) {
    const auto path = leave_behind(5);
    std::filesystem::resize_file(path, 4 * slot_size + 10);
    Ledger ledger;
    recover_into(ledger, 1);
    EXPECT_EQ(ledger.total(), 3U);
}

}  // namespace
}  // namespace urltrim::journal
