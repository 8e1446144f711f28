#pragma once

#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace urltrim::testing {

/// Runs one (disabled) test of this program in a child process with failpoints armed, and hands it a
/// directory. Failpoints are read once per process, and some kill it.
class ChildTest {
public:
    ChildTest(const std::string& test, const std::string& failpoints,
              const std::filesystem::path& directory) {
        const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
        const std::string command = "URLTRIM_TEST_DIRECTORY='" + directory.string() +
                                    "' URLTRIM_FAILPOINTS='" + failpoints + "' exec '" + self +
                                    "' --gtest_also_run_disabled_tests --gtest_filter='" + test +
                                    "' >/dev/null 2>&1";
        status_ = std::system(command.c_str());
    }

    bool passed() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }
    bool was_killed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }

    /// In the child: the directory it was handed.
    static std::filesystem::path directory() { return std::getenv("URLTRIM_TEST_DIRECTORY"); }

private:
    int status_ = 0;
};

}  // namespace urltrim::testing
