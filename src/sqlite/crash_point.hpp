#pragma once

#include <string>
#include <string_view>

#include "base/failpoint.hpp"
#include "sqlite/connection.hpp"

namespace urltrim::sqlite {

/// A place where tests make the process die, stall, or (`error`) the call fail as if SQLite had said so.
inline void crash_point(std::string_view name) {
    if (failpoint(name) == Fault::error) throw Error(std::string(name) + ": injected failure", SQLITE_IOERR);
}

}  // namespace urltrim::sqlite
