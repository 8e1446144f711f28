#pragma once

#include "clicks/click_totals.hpp"
#include "sqlite/database.hpp"

namespace urltrim::sqlite {

/// Totals in SQLite, read on the database's reader thread.
class ClickTotals final : public clicks::ClickTotals {
public:
    explicit ClickTotals(Database& database) : reader_(database.reader()) {}

    Task<std::optional<std::int64_t>> total(links::ShortCode code) override;

private:
    Reader& reader_;
};

}  // namespace urltrim::sqlite
