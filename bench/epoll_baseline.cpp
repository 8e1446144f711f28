// The least a server can do: one thread, one epoll set, a constant answer to whatever was read.
//
// It neither parses nor counts, so its CPU per request is the price of the kernel's sockets alone: the
// floor under every other figure of scripts/bench. The answer has the head that urltrim sends for a
// redirect. One read is taken for one request, which holds for wrk without pipelining.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

constexpr std::string_view answer =
    "HTTP/1.1 302 Found\r\n"
    "Location: https://example.com/an/article/of-some-length?from=bench\r\n"
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int listen_on_loopback(in_port_t port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (listen(listener, SOMAXCONN) != 0) fail("listen");
    return listener;
}

void watch(int epoll, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

void accept_one(int epoll, int listener) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(epoll, client);
}

void answer_one(int client) {
    std::array<char, 4096> request;
    if (read(client, request.data(), request.size()) <= 0 ||
        write(client, answer.data(), answer.size()) != static_cast<ssize_t>(answer.size())) {
        close(client);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: epoll_baseline PORT\n", stderr);
        return 2;
    }
    const int listener = listen_on_loopback(static_cast<in_port_t>(std::atoi(argv[1])));
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener);

    std::array<epoll_event, 128> events;
    for (;;) {
        const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
            if (descriptor == listener)
                accept_one(epoll, listener);
            else
                answer_one(descriptor);
        }
    }
}
