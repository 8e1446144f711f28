#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace urltrim::config {

/// A `.env` file as read: what it sets, and which lines it got wrong.
///
///     line    = blank | comment | ["export "] NAME "=" value
///     value   = plain | "'" anything "'" | '"' anything with \n \r \t \" \\ \$ '"'
///     comment = "#" anything: on a line of its own, behind a quoted value, or after a blank in a plain one
///
/// Lines end in LF or CRLF; a value does not span lines. `$` stands for itself: nothing is expanded.
struct Dotenv {
    struct Assignment {
        std::string name;
        std::string value;
        unsigned line;  ///< from 1
    };
    struct Problem {
        unsigned line;
        std::string reason;  ///< never contains a value
    };

    std::vector<Assignment> assignments;  ///< in the order of the file
    std::vector<Problem> problems;
};

Dotenv parse_dotenv(std::string_view text);

}  // namespace urltrim::config
