#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_head.hpp"

namespace urltrim::http {

/// The other end of a connection, and our end of it.
struct Peer {
    boost::asio::ip::address address;  ///< never an IPv4 address in IPv6 clothes
    std::string local_authority;       ///< what to call ourselves when an HTTP/1.0 client names no host
};

/// One request that takes a handler: owns its bytes, so that it may wait.
struct Request {
    /// `text` is a complete head, as parse_head accepts it.
    Request(std::string_view text, const Peer& from) : head_text(text), peer(from) {
        parse_head(head_text, head);
    }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    std::string head_text;
    RequestHead head;  ///< its views point into head_text
    std::string body;
    const Peer& peer;

    std::string_view authority() const noexcept {
        return head.authority.empty() ? std::string_view(peer.local_authority) : head.authority;
    }
};

}  // namespace urltrim::http
