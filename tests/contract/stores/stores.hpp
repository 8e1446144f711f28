#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "sqlite/click_store.hpp"
#include "sqlite/click_totals.hpp"
#include "sqlite/database.hpp"
#include "sqlite/link_repository.hpp"
#include "sqlite/migrations.hpp"
#include "support/memory_clicks.hpp"
#include "support/memory_links.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

namespace urltrim::contract {

/// The three ports of a store over the same data, empty at first. What every implementation here offers to
/// the suites; a new one is added to `AllStores`.
class MemoryStore {
public:
    links::LinkRepository& links() { return links_; }
    clicks::ClickStore& clicks() { return clicks_; }
    clicks::ClickTotals& totals() { return clicks_; }

private:
    testing::MemoryLinks links_;
    testing::MemoryClicks clicks_{links_};
};

class SqliteStore {
public:
    links::LinkRepository& links() { return links_; }
    clicks::ClickStore& clicks() { return clicks_; }
    clicks::ClickTotals& totals() { return totals_; }

private:
    static std::filesystem::path migrated(std::filesystem::path path) {
        sqlite::migrate(path);
        return path;
    }

    testing::TemporaryDirectory directory_;
    sqlite::Database database_{migrated(directory_.path() / "urltrim.db")};
    sqlite::LinkRepository links_{database_};
    sqlite::ClickTotals totals_{database_};
    sqlite::ClickStore clicks_{database_};
};

using AllStores = ::testing::Types<MemoryStore, SqliteStore>;

template <class Store>
class StoreTest : public ::testing::Test {
protected:
    using Insert = links::LinkRepository::Insert;

    static links::ShortCode code(std::string_view text) { return links::ShortCode::parse(text).value(); }

    Insert insert(std::string_view name, std::string_view target = "https://example.com/") {
        links::NewLink link{code(name), *links::TargetUrl::from_store(target), true};
        return testing::run(store.links().insert(std::move(link)));
    }

    std::optional<links::Link> find(std::string_view name) {
        return testing::run(store.links().find(code(name)));
    }

    /// The id of a new link of that name.
    links::LinkId make(std::string_view name) {
        insert(name);
        return find(name).value().id;
    }

    std::optional<std::int64_t> total(std::string_view name) {
        return testing::run(store.totals().total(code(name)));
    }

    Store store;
};

}  // namespace urltrim::contract
