#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/unavailable.hpp"

namespace urltrim::sqlite {

/// The database must not be used by this binary; `what()` says why and what to do. Nothing was changed by
/// the migration it names.
struct MigrationRefused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Brings the database at `path` to the schema of this binary (sql/sqlite/*.sql, embedded) and answers
/// which migrations that took, by file name; none if it was there already. Makes the file if it is missing;
/// a table `links` that another program made is taken over with its rows.
///
/// Each migration is one transaction; several processes may do this at once. Blocks, for as long as the rows
/// that are there take. Throws MigrationRefused when a migration was changed after it was applied, when the
/// database is newer than this binary, or when what is in it does not fit; Unavailable when the file
/// cannot be opened or stays locked by another process for 10 seconds.
std::vector<std::string> migrate(const std::filesystem::path& path);

}  // namespace urltrim::sqlite
