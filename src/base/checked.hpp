#pragma once

#include <string>
#include <utility>
#include <variant>

namespace urltrim {

/// Why an input was refused: a short lower-case sentence for the person who sent it.
struct Refusal {
    std::string reason;
};

/// Input that may be refused: either the checked value or the reason. `value()` and `reason()` may only
/// be asked for what is there.
template <class T>
class Checked {
public:
    Checked(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
    Checked(Refusal refusal) : outcome_(std::in_place_index<1>, std::move(refusal)) {}

    explicit operator bool() const noexcept { return outcome_.index() == 0; }
    const T& value() const& { return std::get<0>(outcome_); }
    T&& value() && { return std::get<0>(std::move(outcome_)); }
    const std::string& reason() const { return std::get<1>(outcome_).reason; }

private:
    std::variant<T, Refusal> outcome_;
};

}  // namespace urltrim
