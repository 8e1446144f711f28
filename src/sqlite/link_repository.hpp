#pragma once

#include <optional>
#include <string>
#include <vector>

#include "links/link_repository.hpp"
#include "runtime/batch_thread.hpp"
#include "sqlite/database.hpp"
#include "sqlite/reply.hpp"

namespace urltrim::sqlite {

/// Links in SQLite. Look-ups go to the database's reader. Inserts go to a writer thread, where all that
/// have arrived share one transaction and so one fdatasync: under load a durable link costs a fraction
/// of one. Everybody in a group is answered after its COMMIT; when that fails, nobody's link is stored and
/// everybody gets Unavailable.
///
/// Must be destroyed before the io contexts whose tasks called it: tasks that wait are answered first.
class LinkRepository final : public links::LinkRepository {
public:
    explicit LinkRepository(Database& database);

    Task<Insert> insert(links::NewLink link) override;
    Task<std::optional<links::Link>> find(links::ShortCode code) override;
    Task<> check() override;

private:
    struct Insertion {
        links::NewLink link;
        ReplyPtr<Insert> reply;
    };

    struct Session {
        explicit Session(Database& database);
        Connection connection;
        Statement insert;
    };

    void store(std::vector<Insertion>& group) noexcept;
    std::vector<Insert> commit(std::vector<Insertion>& group);
    static Insert run(Session& session, const links::NewLink& link);

    Database& database_;
    std::optional<Session> session_;
    runtime::BatchThread<Insertion> thread_;  // last: it uses all of the above
};

}  // namespace urltrim::sqlite
