#pragma once

#include <cstddef>
#include <span>

namespace urltrim {

/// Source of random bytes. Any thread.
class RandomSource {
public:
    virtual ~RandomSource() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;
};

/// The kernel's cryptographic generator, getrandom(2). Blocks only before the kernel is seeded at boot.
class SystemRandom final : public RandomSource {
public:
    void fill(std::span<std::byte> bytes) override;
};

}  // namespace urltrim
