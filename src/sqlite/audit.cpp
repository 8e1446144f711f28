#include "sqlite/audit.hpp"

#include <chrono>

#include "sqlite/connection.hpp"

namespace urltrim::sqlite {

Audit audit(const std::filesystem::path& path) {
    Connection connection(path, "audit",
                          Connection::Settings{Connection::Access::read, std::chrono::seconds(2), 1024});
    const Transaction snapshot(connection, Transaction::Kind::read);
    Audit books;
    books.applied = connection.number("SELECT coalesce(sum(clicks), 0) FROM journal_segments");
    books.orphaned = connection.number("SELECT coalesce(sum(orphaned), 0) FROM journal_segments");
    books.hourly = connection.number("SELECT coalesce(sum(clicks), 0) FROM click_hourly");
    books.gained = connection.number("SELECT coalesce(sum(clicks - clicks_before), 0) FROM links");
    books.deleted = connection.number(
        "SELECT coalesce(sum(clicks), 0) FROM click_hourly WHERE link_id NOT IN (SELECT id FROM links)");
    books.unbalanced_links = connection.number(
        "SELECT count(*) FROM links WHERE clicks - clicks_before <> "
        "coalesce((SELECT sum(h.clicks) FROM click_hourly AS h WHERE h.link_id = links.id), 0)");
    return books;
}

}  // namespace urltrim::sqlite
