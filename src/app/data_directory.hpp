#pragma once

#include <filesystem>
#include <stdexcept>

namespace urltrim::app {

/// The data directory cannot be used; `what()` is a sentence for the person who started the process.
struct DataDirectoryUnusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// DATA_DIR, owned by this process for as long as the object lives. The lock is the kernel's
/// (F_OFD_SETLK on the file `lock`), so it goes with the process however that ends.
class DataDirectory {
public:
    /// Makes the directory if it is missing. Throws DataDirectoryUnusable if it cannot be made or written
    /// to, or if another process owns it.
    explicit DataDirectory(std::filesystem::path path);
    ~DataDirectory();

    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path journal() const { return path_ / "journal"; }

private:
    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace urltrim::app
