#pragma once

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <string>

#include "base/unavailable.hpp"
#include "links/link_repository.hpp"

namespace urltrim::testing {

/// A LinkRepository in memory, for one thread, that counts what it is asked and can be away.
class MemoryLinks final : public links::LinkRepository {
public:
    Task<Insert> insert(links::NewLink link) override {
        co_await asio::post(co_await asio::this_coro::executor, use_task);
        answer_or_throw();
        ++inserts;
        const std::string code{link.code.text()};
        if (rows_.contains(code)) co_return Insert::code_taken;
        rows_.emplace(code, links::Link{links::LinkId{next_id_++}, link.code, std::move(link.target)});
        co_return Insert::stored;
    }

    Task<std::optional<links::Link>> find(links::ShortCode code) override {
        ++finds;
        co_await asio::post(co_await asio::this_coro::executor, use_task);
        answer_or_throw();
        const auto row = rows_.find(std::string{code.text()});
        if (row == rows_.end()) co_return std::nullopt;
        co_return row->second;
    }

    Task<> check() override {
        answer_or_throw();
        co_return;
    }

    /// What another program would do to the table.
    void put(std::string_view code, std::string_view target) {
        const links::ShortCode parsed = *links::ShortCode::parse(code);
        const links::LinkId id{next_id_++};
        rows_.insert_or_assign(std::string{code},
                               links::Link{id, parsed, *links::TargetUrl::from_store(target)});
    }
    void remove(std::string_view code) { rows_.erase(std::string{code}); }

    bool holds(links::LinkId id) const {
        return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) { return row.second.id == id; });
    }

    bool away = false;
    int finds = 0;
    int inserts = 0;

private:
    void answer_or_throw() const {
        if (away) throw Unavailable("memory", "away");
    }

    std::map<std::string, links::Link> rows_;
    std::int64_t next_id_ = 1;
};

}  // namespace urltrim::testing
