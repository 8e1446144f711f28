#include "app/data_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

namespace urltrim::app {
namespace {

std::string last_error() {
    return std::generic_category().message(errno);
}

/// Who owns the directory, as it wrote itself into the lock file.
std::string owner_of(int lock) {
    std::array<char, 32> pid{};
    const ssize_t length = ::pread(lock, pid.data(), pid.size() - 1, 0);
    const std::string text(pid.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    return text.empty() ? "" : " (process " + text.substr(0, text.find('\n')) + ")";
}

bool take(int lock) {
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(lock, F_OFD_SETLK, &whole) == 0;
}

}  // namespace

DataDirectory::DataDirectory(std::filesystem::path path) : path_(std::move(path)) {
    const std::string name = "DATA_DIR " + path_.string();
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    if (error) throw DataDirectoryUnusable(name + ": cannot be made: " + error.message());

    lock_ = ::open((path_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ < 0) throw DataDirectoryUnusable(name + ": cannot be written to: " + last_error());
    if (!take(lock_)) {
        const std::string owner = owner_of(lock_);
        ::close(lock_);
        throw DataDirectoryUnusable(name + ": is in use by another urltrim" + owner +
                                    "; stop that one or choose another DATA_DIR");
    }
    // Only for the message above: a full disk must not stop the start.
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock_, 0) == 0) std::ignore = ::pwrite(lock_, pid.data(), pid.size(), 0);
}

DataDirectory::~DataDirectory() {
    ::close(lock_);
}

}  // namespace urltrim::app
