#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_head.hpp"

namespace urltrim::http {

/// Takes the body of one request out of the stream, by Content-Length or in chunks (RFC 9112 section 7.1).
/// Strict about chunks: CR LF everywhere, hexadecimal sizes without sign or space, well-formed trailers
/// (which are dropped). Incremental: feed it whatever arrives.
class BodyReader {
public:
    static constexpr std::size_t max_body = 16 * 1024;

    enum class State {
        reading,    ///< more bytes are needed
        done,       ///< body() is complete; what was not consumed belongs to the next request
        too_large,  ///< over max_body: 413
        malformed,  ///< 400
    };

    explicit BodyReader(const RequestHead& head);

    /// Takes what belongs to the body from the front of `input`; answers how many bytes that was.
    std::size_t feed(std::string_view input);

    State state() const noexcept { return state_; }
    const std::string& body() const noexcept { return body_; }

private:
    enum class Part { sized, chunk_size, chunk_data, chunk_end, trailer };

    // Sizes, extensions and trailers, over the whole body: they carry nothing for us.
    static constexpr std::size_t max_overhead = 16 * 1024;

    std::size_t take_data(std::string_view input);
    std::size_t take_line(std::string_view input);
    void finish_line();
    void start_chunk();
    void finish_trailer_line();

    State state_ = State::reading;
    Part part_ = Part::sized;
    std::uint64_t left_ = 0;  // bytes of data still to come, of the body or of the chunk
    std::size_t overhead_ = 0;
    std::string line_;  // the size or trailer line so far, CR included
    std::string body_;
};

}  // namespace urltrim::http
