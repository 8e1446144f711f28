#include "http/shorten_body.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "http/text.hpp"

namespace urltrim::http {
namespace {

namespace json = boost::json;

}  // namespace

ShortenBody parse_shorten_body(std::string_view text) {
    ShortenBody body;
    boost::system::error_code error;
    const json::value document = json::parse(text, error);
    if (error) {
        body.errors.push_back({"body", "malformed json"});
        return body;
    }
    const json::object* members = document.if_object();
    if (members == nullptr) {
        body.errors.push_back({"body", "expected an object"});
        return body;
    }
    const json::value* url = members->if_contains("url");
    if (url == nullptr) {
        body.errors.push_back({"url", "required"});
    } else if (!url->is_string()) {
        body.errors.push_back({"url", "expected a string"});
    } else {
        body.url.assign(url->get_string().begin(), url->get_string().end());
    }
    const json::value* alias = members->if_contains("alias");
    if (alias != nullptr && alias->is_string()) {
        body.alias.emplace(alias->get_string().begin(), alias->get_string().end());
    } else if (alias != nullptr && !alias->is_null()) {
        body.errors.push_back({"alias", "expected a string or null"});
    }
    return body;
}

bool is_json(std::string_view content_type) noexcept {
    const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
    if (equals_ignoring_case(type, "application/json")) return true;
    constexpr std::string_view tree = "application/";
    constexpr std::string_view suffix = "+json";
    return type.size() > tree.size() + suffix.size() &&
           equals_ignoring_case(type.substr(0, tree.size()), tree) &&
           equals_ignoring_case(type.substr(type.size() - suffix.size()), suffix);
}

}  // namespace urltrim::http
