#include "http/client_address.hpp"

#include <algorithm>
#include <string>

#include "http/request_head.hpp"
#include "http/text.hpp"

namespace urltrim::http {
namespace {

using Chain = std::vector<std::optional<ip::address>>;  // in the order of the field; the nearest proxy last

/// Undoes quoted-string (RFC 9110 section 5.6.4); a token stays as it is.
std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string plain;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        plain.push_back(text[i]);
    }
    return plain;
}

/// The value of a parameter of one forwarded-element, e.g. `for` in `for=192.0.2.1;proto=https`.
std::optional<std::string> parameter(std::string_view element, std::string_view name) {
    while (!element.empty()) {
        bool quoted = false;
        std::size_t end = 0;
        for (; end < element.size() && (quoted || element[end] != ';'); ++end) {
            if (quoted && element[end] == '\\' && end + 1 < element.size()) {
                ++end;
            } else if (element[end] == '"') {
                quoted = !quoted;
            }
        }
        const std::string_view pair = trim(element.substr(0, end));
        element.remove_prefix(std::min(end + 1, element.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        if (equals_ignoring_case(pair.substr(0, equals), name)) return unquoted(pair.substr(equals + 1));
    }
    return std::nullopt;
}

struct ForwardedFields {
    Chain x_forwarded_for;
    Chain forwarded;
    std::string scheme;  // what the nearest proxy says
};

ForwardedFields read_fields(std::string_view fields) {
    ForwardedFields found;
    for_each_field(fields, [&](std::string_view name, std::string_view value) {
        if (equals_ignoring_case(name, "x-forwarded-for")) {
            while (!value.empty()) found.x_forwarded_for.push_back(parse_node(unquoted(next_element(value))));
        } else if (equals_ignoring_case(name, "x-forwarded-proto")) {
            while (!value.empty()) found.scheme = next_element(value);
        } else if (equals_ignoring_case(name, "forwarded")) {
            while (!value.empty()) {
                const std::string_view element = next_element(value);
                const std::optional<std::string> node = parameter(element, "for");
                found.forwarded.push_back(node ? parse_node(*node) : std::nullopt);
                if (const auto scheme = parameter(element, "proto")) found.scheme = *scheme;
            }
        }
    });
    return found;
}

/// From the peer leftwards, past every trusted proxy. Beyond an entry that is no address nothing can be
/// known.
ip::address first_untrusted(const ip::address& peer, const Chain& chain, const TrustedProxies& trusted) {
    ip::address client = peer;
    for (auto entry = chain.rbegin(); entry != chain.rend() && *entry; ++entry) {
        client = **entry;
        if (!trusted.contains(client)) break;
    }
    return client;
}

}  // namespace

ip::address without_mapping(const ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

bool TrustedProxies::contains(const ip::address& address) const {
    if (address.is_v4()) {
        const ip::network_v4 host(address.to_v4(), 32);
        return std::any_of(v4.begin(), v4.end(), [&](const ip::network_v4& network) {
            return network.canonical() == host || host.is_subnet_of(network);
        });
    }
    const ip::network_v6 host(address.to_v6(), 128);
    return std::any_of(v6.begin(), v6.end(), [&](const ip::network_v6& network) {
        return network.canonical() == host || host.is_subnet_of(network);
    });
}

Client find_client(const ip::address& peer, std::string_view fields, const TrustedProxies& trusted) {
    if (!trusted.contains(peer)) return {peer, "http"};
    const ForwardedFields found = read_fields(fields);
    const std::string_view scheme = equals_ignoring_case(found.scheme, "https") ? "https" : "http";
    const ip::address by_x = first_untrusted(peer, found.x_forwarded_for, trusted);
    const ip::address by_forwarded = first_untrusted(peer, found.forwarded, trusted);
    if (found.forwarded.empty()) return {by_x, scheme};
    if (found.x_forwarded_for.empty() || by_x == by_forwarded) return {by_forwarded, scheme};
    return {peer, scheme};
}

std::optional<ip::address> parse_node(std::string_view node) {
    std::string host(node);
    if (node.starts_with('[')) {
        const std::size_t close = node.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        const std::string_view after = node.substr(close + 1);
        if (!after.empty() && !after.starts_with(':')) return std::nullopt;
        host = node.substr(1, close - 1);
    } else if (std::count(node.begin(), node.end(), ':') == 1) {
        host = node.substr(0, node.find(':'));
    }
    // A zone index would have make_address ask the system for interface names.
    if (host.find('%') != std::string::npos) return std::nullopt;
    boost::system::error_code error;
    const ip::address address = ip::make_address(host, error);
    if (error) return std::nullopt;
    return without_mapping(address);
}

}  // namespace urltrim::http
