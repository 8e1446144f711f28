#include "tcp_progress.hpp"

// glibc's <netinet/tcp.h>, which Asio includes, knows an older tcp_info and cannot be combined with this one.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace urltrim::http {
namespace {

// From the kernel's tcp_states.h, which is not for programs.
constexpr int fin_wait_1 = 4;
constexpr int fin_wait_2 = 5;
constexpr int close_wait = 8;

}  // namespace

TcpProgress tcp_progress(int socket) {
    tcp_info info{};
    socklen_t size = sizeof(info);
    ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size);
    const int state = info.tcpi_state;
    return {info.tcpi_bytes_sent - info.tcpi_bytes_retrans, info.tcpi_bytes_received,
            state == fin_wait_1 || state == fin_wait_2, state == close_wait};
}

void send_at_once(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace urltrim::http
