#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace urltrim::config {

namespace ip = boost::asio::ip;

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };

/// When recorded clicks are forced to disk.
struct JournalSync {
    enum class When : std::uint8_t { process, interval, group };

    When when = When::interval;
    std::chrono::milliseconds interval{20};  ///< only for `interval`

    friend bool operator==(const JournalSync&, const JournalSync&) = default;
};

/// What happens to clicks when the disk is full and the reserve is used up.
enum class JournalOnFull : std::uint8_t { use_volatile, refuse };

/// Networks of either kind. IPv4 networks written as ::ffff:a.b.c.d are in `v4`.
struct Networks {
    std::vector<ip::network_v4> v4;
    std::vector<ip::network_v6> v6;
};

/// The configuration in force, checked. load.hpp makes it; variables.hpp says what each value means, what it
/// may be and what it is by default. A value.
struct Settings {
    ip::address host;
    std::uint16_t port = 0;  ///< 0: any free one
    ip::address admin_host;
    std::uint16_t admin_port = 0;  ///< 0: no admin listener
    std::string base_url;          ///< `https://host[:port]` without a slash at the end; empty: none

    std::filesystem::path data_dir;
    std::filesystem::path sqlite_path;

    std::size_t short_code_length = 0;
    std::size_t alias_max_length = 0;
    bool deny_private_targets = false;

    std::chrono::seconds cache_ttl{0};
    std::chrono::seconds local_cache_ttl{0};
    std::size_t local_cache_bytes = 0;  ///< of all threads together

    unsigned rate_limit_per_minute = 0;  ///< 0: no limit
    Networks trusted_proxies;

    unsigned threads = 0;  ///< at least 1
    std::chrono::seconds shutdown_timeout{0};

    JournalSync journal_sync;
    JournalOnFull journal_on_full = JournalOnFull::use_volatile;
    std::size_t journal_segment_bytes = 0;
    std::size_t journal_reserve = 0;  ///< spare segments

    std::string app_name;
    bool debug = false;
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
};

}  // namespace urltrim::config
