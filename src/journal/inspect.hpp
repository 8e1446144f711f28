#pragma once

#include <filesystem>
#include <iosfwd>

namespace urltrim::journal {

/// What `urltrim journal inspect` answers with, as exit status.
enum class Health : int {
    sound = 0,       ///< every segment can be read and has no damage
    damaged = 1,     ///< void slots, or a segment that cannot be read
    no_journal = 2,  ///< `directory` cannot be read at all
};

/// Writes a table of the segments in `directory` for a person. Only reads, needs no more than the right to
/// read, and may be pointed at a running server's journal or at a copy of a dead host's. Blocks for the disk.
Health inspect(const std::filesystem::path& directory, std::ostream& out);

}  // namespace urltrim::journal
