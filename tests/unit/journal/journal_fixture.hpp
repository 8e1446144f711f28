#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "journal/journal.hpp"
#include "support/manual_clock.hpp"

namespace urltrim::journal {

/// A directory of its own for a test, gone with it.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "urltrim-journal-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// The segments in it, by name.
    std::vector<std::filesystem::path> segments(const std::string& extension = ".seg") const {
        std::vector<std::filesystem::path> found;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            if (entry.path().extension() == extension) found.push_back(entry.path());
        }
        std::sort(found.begin(), found.end());
        return found;
    }

private:
    std::filesystem::path path_;
};

/// Waits for another thread to get there; a test that must wait longer than this has failed.
inline bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

/// A store in memory: applies what lies above a segment's high-water mark, and insists on ranges without
/// gaps.
class Ledger {
public:
    void apply(const std::vector<clicks::Batch>& batches) {
        for (const clicks::Batch& batch : batches) {
            std::uint32_t& mark = marks.try_emplace(batch.segment, 0).first->second;
            EXPECT_LE(batch.first, mark) << "a gap";
            for (const clicks::ClickRecord& record : batch.records) {
                EXPECT_GE(record.slot, batch.first);
                EXPECT_LT(record.slot, batch.end);
                if (record.slot >= mark) ++clicks[static_cast<std::int64_t>(record.link)];
            }
            mark = std::max(mark, batch.end);
        }
    }
    std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const auto& [link, count] : clicks) sum += count;
        return sum;
    }

    std::map<clicks::SegmentId, std::uint32_t> marks;
    std::map<std::int64_t, std::uint64_t> clicks;
};

/// No file may grow beyond its first byte while this lives: to the journal, a full disk.
class FullDisk {
public:
    FullDisk() {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit full = before_;
        full.rlim_cur = 1;
        ::setrlimit(RLIMIT_FSIZE, &full);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
};

class JournalTest : public ::testing::Test {
protected:
    JournalTest() {
        settings.directory = directory.path();
        settings.segment_bytes = 4096;  // 63 slots after the header
        settings.reserve = 2;
        settings.retry_first = std::chrono::milliseconds(1);
        settings.retry_longest = std::chrono::milliseconds(2);
        settings.sync.when = SyncPolicy::When::process;
    }

    std::unique_ptr<Journal> open() { return std::make_unique<Journal>(settings, clock, random); }

    clicks::Click click(std::int64_t link) const {
        clicks::Click click{};
        click.link = links::LinkId{link};
        click.time = clock.utc();
        return click;
    }

    /// A segment with `clicks` clicks on link 1 that nobody has delivered and no process holds any more.
    std::filesystem::path leave_behind(int clicks) {
        const auto before = directory.segments();
        {
            const auto journal = open();
            Writer& writer = journal->add_writer();
            for (int i = 0; i < clicks; ++i) writer.record(click(1));
        }
        for (const auto& path : directory.segments()) {
            if (std::find(before.begin(), before.end(), path) == before.end()) return path;
        }
        return {};
    }

    /// Delivers everything that waits.
    static void drain(Journal& journal, Ledger& ledger) {
        for (auto batches = journal.cut(1000); !batches.empty(); batches = journal.cut(1000)) {
            ledger.apply(batches);
            journal.applied(batches);
        }
    }

    TemporaryDirectory directory;
    Settings settings;
    testing::ManualClock clock;
    SystemRandom random;
};

inline std::vector<char> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, const std::vector<char>& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace urltrim::journal
