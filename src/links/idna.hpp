#pragma once

#include <string>
#include <string_view>

namespace urltrim::links {

/// Appends the ASCII form of an internationalised domain: Unicode ToASCII of UTS #46 with the switches
/// of the URL Standard (non-transitional, checks of bidi and joiners, none of hyphens and lengths).
///
/// `domain` is UTF-8 and not plain ASCII: the standard lower-cases plain ASCII and looks no further, even
/// at labels that start with `xn--`. False if it is no domain, or longer than 2048 bytes, which no resolver
/// could look up; then `out` holds an undefined tail.
/// Any thread. The first call loads ICU's tables; throws Unavailable if they are not installed.
bool append_domain_to_ascii(std::string_view domain, std::string& out);

}  // namespace urltrim::links
