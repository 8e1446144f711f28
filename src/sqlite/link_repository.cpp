#include "sqlite/link_repository.hpp"

#include <algorithm>
#include <utility>

#include "sqlite/crash_point.hpp"

namespace urltrim::sqlite {

LinkRepository::Session::Session(Database& database)
    : connection(database.path(), "link insert", database.writer(2048)),
      insert(connection.prepare("INSERT INTO links(long_url, short_code, alias) VALUES (?1, ?2, ?3) "
                                "ON CONFLICT DO NOTHING")) {
    database.checkpointer().watch(connection);
}

LinkRepository::LinkRepository(Database& database)
    : database_(database), thread_("sqlite-links", [this](std::vector<Insertion>& group) { store(group); }) {}

Task<links::LinkRepository::Insert> LinkRepository::insert(links::NewLink link) {
    auto start = [&](ReplyPtr<Insert> reply) {
        thread_.submit(Insertion{std::move(link), std::move(reply)});
    };
    co_return co_await reply_within<Insert>(database_.settings().answer_within,
                                            "link insert: no answer in time", database_.stats().insert_errors,
                                            start);
}

Task<std::optional<links::Link>> LinkRepository::find(links::ShortCode code) {
    std::optional<StoredLink> row = co_await database_.reader().look_up(code);
    if (!row) co_return std::nullopt;
    co_return std::move(row->link);
}

Task<> LinkRepository::check() {
    // Any code will do: the way to the answer is what is checked.
    const links::ShortCode code = *links::ShortCode::parse("readyz");
    co_await database_.reader().look_up(code);
}

void LinkRepository::store(std::vector<Insertion>& group) noexcept {
    try {
        const std::vector<Insert> outcomes = commit(group);
        for (std::size_t i = 0; i < group.size(); ++i) group[i].reply->set(outcomes[i]);
    } catch (const Error& error) {
        for (Insertion& insertion : group) {
            if (insertion.reply->fail(error.problem())) ++database_.stats().insert_errors;
        }
    }
}

std::vector<links::LinkRepository::Insert> LinkRepository::commit(std::vector<Insertion>& group) try {
    const WriteTurn::Hold turn(database_.turn());
    // Whoever was told "no answer in time" meanwhile should not find the link stored later.
    std::erase_if(group, [](const Insertion& insertion) { return insertion.reply->settled(); });
    if (group.empty()) return {};

    std::vector<Insert> outcomes;
    outcomes.reserve(group.size());
    if (!session_) session_.emplace(database_);
    Transaction transaction(session_->connection, Transaction::Kind::write);
    for (const Insertion& insertion : group) outcomes.push_back(run(*session_, insertion.link));
    crash_point("sqlite.links.before_commit");
    transaction.commit();
    crash_point("sqlite.links.after_commit");

    const auto stored = std::count(outcomes.begin(), outcomes.end(), Insert::stored);
    database_.stats().links_inserted += static_cast<std::uint64_t>(stored);
    ++database_.stats().link_commits;
    return outcomes;
} catch (const Error& error) {
    if (!error.transient()) session_.reset();
    throw;
}

links::LinkRepository::Insert LinkRepository::run(Session& session, const links::NewLink& link) {
    session.insert.bind(1, link.target.href()).bind(2, link.code.text());
    link.is_alias ? session.insert.bind(3, link.code.text()) : session.insert.bind_null(3);
    session.insert.run();
    return session.connection.changes() == 0 ? Insert::code_taken : Insert::stored;
}

}  // namespace urltrim::sqlite
