#include "journal/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <system_error>
#include <tuple>
#include <vector>

#include "base/clock.hpp"
#include "journal/segment_file.hpp"

namespace urltrim::journal {
namespace {

struct Row {
    std::string name;
    std::string state;
    std::int64_t created_ms = 0;
    std::uint32_t slots = 0;
    Census census;
    std::uint64_t bytes = 0;
    bool readable = false;
};

Row unreadable(std::string name, std::string problem) {
    Row row;
    row.name = std::move(name);
    row.state = std::move(problem);
    return row;
}

Row look_at(const std::filesystem::path& path) try {
    const std::string name = path.filename().string();
    const File file = open_for_reading(path);
    const auto header = read_header(file);
    if (const BadHeader* bad = std::get_if<BadHeader>(&header)) {
        return unreadable(name, *bad == BadHeader::newer_version ? "newer version" : "damaged header");
    }
    const Header& good = std::get<Header>(header);
    if (path.stem().string() != to_hex(good.id))
        return unreadable(name, "damaged header: the id is another file's");
    return {to_hex(good.id),
            is_locked(file) ? "live" : "left behind",
            good.created_ms,
            good.slot_count,
            take_census(file, good),
            std::filesystem::file_size(path),
            true};
} catch (const std::system_error& error) {
    return unreadable(path.filename().string(), error.code().message());
}

std::string age(std::int64_t created_ms) {
    const std::int64_t now = SystemClock().utc().time_since_epoch().count();
    const std::int64_t seconds = std::max<std::int64_t>(now - created_ms, 0) / 1000;
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 120 * 60) return fmt::format("{} min", seconds / 60);
    if (seconds < 48 * 3600) return fmt::format("{} h", seconds / 3600);
    return fmt::format("{} d", seconds / 86400);
}

std::vector<Row> look_at_all(const std::filesystem::path& directory) {
    std::vector<Row> rows;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() == segment_suffix) rows.push_back(look_at(entry.path()));
    }
    std::sort(rows.begin(), rows.end(), [](const Row& left, const Row& right) {
        return std::tie(left.created_ms, left.name) < std::tie(right.created_ms, right.name);
    });
    return rows;
}

}  // namespace

Health inspect(const std::filesystem::path& directory, std::ostream& out) {
    std::vector<Row> rows;
    try {
        rows = look_at_all(directory);
    } catch (const std::filesystem::filesystem_error& error) {
        out << fmt::format("{}: {}\n", directory.string(), error.code().message());
        return Health::no_journal;
    }
    Health health = Health::sound;
    std::uint64_t clicks = 0;
    constexpr auto line = "{:<32}  {:>7}  {:<11}  {:>9}  {:>9}  {:>8}  {:>6}  {:>6}  {:>10}\n";
    out << fmt::format(line, "segment", "age", "state", "slots", "clicks", "strings", "void", "torn",
                       "bytes");
    for (const Row& row : rows) {
        if (!row.readable || row.census.voids > 0) health = Health::damaged;
        if (!row.readable) {
            out << fmt::format("{:<32}  {}\n", row.name, row.state);
            continue;
        }
        const Census& census = row.census;
        clicks += census.clicks;
        out << fmt::format(line, row.name, age(row.created_ms), row.state, row.slots, census.clicks,
                           census.string_slots, census.voids, census.torn, row.bytes);
    }
    out << fmt::format("{} segments, {} clicks\n", rows.size(), clicks);
    return health;
}

}  // namespace urltrim::journal
