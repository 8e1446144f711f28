#pragma once

#include <cstdint>

namespace urltrim::http {

/// How far one end of a TCP connection has come, as the kernel sees it.
struct TcpProgress {
    std::uint64_t bytes_sent;
    std::uint64_t bytes_received;
    bool sent_end;
    bool received_end;
};

TcpProgress tcp_progress(int socket);

/// Turns off Nagle's algorithm, so that small pieces arrive as they were sent.
void send_at_once(int socket);

}  // namespace urltrim::http
