#pragma once

#include <cstdint>

#include "links/short_code.hpp"
#include "links/target_url.hpp"

namespace urltrim::links {

/// The store's number for a link: positive, never reused, and what a click record carries.
enum class LinkId : std::int64_t {};

/// A link to be stored; the store gives it its id.
struct NewLink {
    ShortCode code;
    TargetUrl target;
    bool is_alias = false;  ///< chosen by a person rather than drawn at random
};

struct Link {
    LinkId id;
    ShortCode code;
    TargetUrl target;
};

}  // namespace urltrim::links
