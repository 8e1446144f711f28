#include "http/body_reader.hpp"

#include <algorithm>

#include "http/text.hpp"

namespace urltrim::http {
namespace {

bool is_field_text(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
}

/// Takes a text apart from its front; each call says whether there was what it looked for.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool at_end() const noexcept { return text_.empty(); }

    bool skip(char c) noexcept {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    void skip_space() noexcept {
        while (skip(' ') || skip('\t')) {
        }
    }
    bool skip_token() noexcept {
        const auto end = std::find_if_not(text_.begin(), text_.end(), is_token_char);
        const auto length = static_cast<std::size_t>(end - text_.begin());
        text_.remove_prefix(length);
        return length > 0;
    }
    bool skip_quoted() noexcept {
        if (!skip('"')) return false;
        while (!text_.empty() && text_.front() != '"') {
            const std::size_t length = text_.front() == '\\' ? 2 : 1;
            text_.remove_prefix(std::min(length, text_.size()));
        }
        return skip('"');
    }

private:
    std::string_view text_;
};

/// *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] ), RFC 9112 section 7.1.1. What is ignored
/// is held to its grammar all the same: of an open quote, another parser could think that it goes on for
/// lines.
bool is_chunk_extension(std::string_view text) noexcept {
    Scanner scanner(text);
    while (!scanner.at_end()) {
        scanner.skip_space();
        if (!scanner.skip(';')) return false;
        scanner.skip_space();
        if (!scanner.skip_token()) return false;
        Scanner value = scanner;
        value.skip_space();
        if (!value.skip('=')) continue;
        value.skip_space();
        if (!value.skip_quoted() && !value.skip_token()) return false;
        scanner = value;
    }
    return true;
}

}  // namespace

BodyReader::BodyReader(const RequestHead& head) {
    if (head.chunked) {
        part_ = Part::chunk_size;
        return;
    }
    left_ = head.content_length;
    if (left_ > max_body) state_ = State::too_large;
    if (left_ == 0) state_ = State::done;
}

std::size_t BodyReader::feed(std::string_view input) {
    std::size_t taken = 0;
    while (state_ == State::reading && taken < input.size()) {
        const std::string_view rest = input.substr(taken);
        const bool data = part_ == Part::sized || part_ == Part::chunk_data;
        taken += data ? take_data(rest) : take_line(rest);
    }
    return taken;
}

std::size_t BodyReader::take_data(std::string_view input) {
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
    body_.append(input.substr(0, count));
    left_ -= count;
    if (left_ > 0) return count;
    if (part_ == Part::sized) {
        state_ = State::done;
    } else {
        part_ = Part::chunk_end;
    }
    return count;
}

std::size_t BodyReader::take_line(std::string_view input) {
    const std::size_t newline = input.find('\n');
    const std::size_t count = newline == std::string_view::npos ? input.size() : newline + 1;
    line_.append(input.substr(0, count));
    overhead_ += count;
    if (overhead_ > max_overhead) {
        state_ = State::malformed;
    } else if (newline != std::string_view::npos) {
        finish_line();
        line_.clear();
    }
    return count;
}

void BodyReader::finish_line() {
    if (!line_.ends_with("\r\n")) {
        state_ = State::malformed;
        return;
    }
    line_.resize(line_.size() - 2);
    if (!is_field_text(line_)) {
        state_ = State::malformed;
    } else if (part_ == Part::chunk_size) {
        start_chunk();
    } else if (part_ == Part::trailer) {
        finish_trailer_line();
    } else if (line_.empty()) {
        part_ = Part::chunk_size;
    } else {
        state_ = State::malformed;
    }
}

/// chunk-size [ chunk-ext ]
void BodyReader::start_chunk() {
    std::size_t digits = 0;
    std::uint64_t size = 0;
    for (; digits < line_.size() && hex_value(line_[digits]) >= 0; ++digits) {
        size = std::min<std::uint64_t>(size * 16 + static_cast<unsigned>(hex_value(line_[digits])),
                                       max_body + 1);
    }
    if (digits == 0 || !is_chunk_extension(std::string_view(line_).substr(digits))) {
        state_ = State::malformed;
    } else if (size > max_body - body_.size()) {
        state_ = State::too_large;
    } else if (size == 0) {
        part_ = Part::trailer;
    } else {
        left_ = size;
        part_ = Part::chunk_data;
    }
}

void BodyReader::finish_trailer_line() {
    if (line_.empty()) {
        state_ = State::done;
        return;
    }
    const std::size_t colon = line_.find(':');
    const std::string_view name = std::string_view(line_).substr(0, colon);
    const bool well_formed =
        colon != std::string::npos && !name.empty() && std::all_of(name.begin(), name.end(), is_token_char);
    if (!well_formed) state_ = State::malformed;
}

}  // namespace urltrim::http
