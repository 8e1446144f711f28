#pragma once

#include <stdexcept>
#include <string>

namespace urltrim {

/// A dependency did not answer, or answered that it cannot. Thrown by adapters, caught only at the
/// edges: HTTP session (503), relay loop (back off and retry), main (exit code). `what()` names the
/// dependency and the operation, and carries no user data.
class Unavailable : public std::runtime_error {
public:
    Unavailable(const std::string& dependency, const std::string& problem)
        : std::runtime_error(dependency + ": " + problem) {}
};

}  // namespace urltrim
