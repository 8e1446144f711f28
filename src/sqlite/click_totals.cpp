#include "sqlite/click_totals.hpp"

namespace urltrim::sqlite {

Task<std::optional<std::int64_t>> ClickTotals::total(links::ShortCode code) {
    const std::optional<StoredLink> row = co_await reader_.look_up(code);
    if (!row) co_return std::nullopt;
    co_return row->clicks;
}

}  // namespace urltrim::sqlite
