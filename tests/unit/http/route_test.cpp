#include "http/route.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>

#include "http/admin_site.hpp"
#include "http/openapi.hpp"
#include "http/public_site.hpp"
#include "links/short_code.hpp"

namespace urltrim::http {
namespace {

namespace json = boost::json;

std::string allow(Method method, std::string_view path) {
    return find_route(PublicSite::routes(), method, path).allow;
}

const RouteInfo* routed(Method method, std::string_view path) {
    return find_route(PublicSite::routes(), method, path).route;
}

json::object description() {
    const auto table = PublicSite::routes();
    Settings settings;
    settings.version = "1.2.3";
    return json::parse(openapi_document({table.begin(), table.end()}, settings)).as_object();
}

TEST(RouteTable, routes_every_path_it_names) {
    for (const RouteInfo& route : PublicSite::routes()) {
        std::string path(route.path);
        if (!is_literal(path)) path.replace(path.find("{code}"), 6, "some-code");
        EXPECT_EQ(routed(route.method, path), &route) << route.path;
        if (route.method == Method::get) {
            EXPECT_EQ(routed(Method::head, path), &route) << route.path;
        }
        EXPECT_EQ(routed(Method::other, path), nullptr) << route.path;
    }
}

TEST(RouteTable, has_every_path_and_method_once) {
    std::set<std::pair<Method, std::string_view>> seen;
    for (const RouteInfo& route : PublicSite::routes()) {
        EXPECT_TRUE(seen.emplace(route.method, route.path).second) << route.path;
    }
}

TEST(RouteTable, prefers_literal_paths_whatever_the_method) {
    EXPECT_EQ(routed(Method::get, "/shorten"), nullptr);
    EXPECT_EQ(allow(Method::get, "/shorten"), "POST, OPTIONS");
    EXPECT_EQ(allow(Method::post, "/abc"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(allow(Method::post, "/livez"), "GET, HEAD, OPTIONS");
}

TEST(RouteTable, has_no_second_spelling_of_a_route) {
    for (const char* path : {"//shorten", "/shorten/", "/./shorten", "/x/../shorten", "/shorten/x", "//", "",
                             "/analytics/", "/analytics/a/b", "/abc/", "//abc", "shorten"}) {
        EXPECT_TRUE(allow(Method::post, path).empty()) << path;
    }
}

TEST(NormalisedPath, decodes_unreserved_characters_and_nothing_else) {
    EXPECT_EQ(normalised("/%73horten"), "/shorten");
    EXPECT_EQ(normalised("/%61%2D%7e%5F%2e"), "/a-~_.");
    EXPECT_EQ(normalised("/a%2Fb%3Fc%20%00%c3%A4"), "/a%2Fb%3Fc%20%00%c3%A4");
    EXPECT_EQ(normalised("/%2573horten"), "/%2573horten");
    EXPECT_EQ(normalised("/%"), "/%");
    EXPECT_EQ(normalised("/%7"), "/%7");
    EXPECT_EQ(normalised("/%zz%g1"), "/%zz%g1");
}

TEST(ReservedWords, hold_the_first_segment_of_every_route) {
    const auto words = reserved_words();
    for (const RouteInfo& route : PublicSite::routes()) {
        const std::string_view path = route.path.substr(1);
        const std::string segment(path.substr(0, path.find('/')));
        if (segment.empty() || segment == "{code}") continue;
        EXPECT_TRUE(words.contains(segment)) << segment;
    }
    for (const char* word : {"api", "admin", "login", "dashboard", "assets", "static", "redoc", "metrics",
                             "health", "shorten", "analytics", "docs", "livez", "readyz"}) {
        EXPECT_TRUE(words.contains(std::string_view(word))) << word;
    }
    EXPECT_FALSE(words.contains(std::string_view("{code}")));
}

TEST(ReservedWords, are_written_as_codes_are_stored) {
    for (const std::string& word : reserved_words()) {
        const auto code = links::ShortCode::parse(word);
        if (code) {
            EXPECT_EQ(code->text(), word);
        }
    }
}

TEST(OpenApi, describes_what_is_routed_and_nothing_else) {
    const json::object document = description();
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    std::set<std::string> routed_paths;
    for (const RouteInfo& route : PublicSite::routes()) {
        if (route.doc.responses.empty()) continue;
        routed_paths.emplace(route.path);
        const json::object& operation =
            document.at("paths").at(route.path).at(route.method == Method::post ? "post" : "get").as_object();
        EXPECT_EQ(operation.at("responses").as_object().size(), route.doc.responses.size()) << route.path;
    }
    std::set<std::string> described;
    for (const auto& path : document.at("paths").as_object()) described.emplace(path.key());
    EXPECT_EQ(described, routed_paths);
    for (const char* path : {"/shorten", "/{code}", "/analytics/{code}", "/", "/livez", "/readyz"}) {
        EXPECT_TRUE(described.contains(path)) << path;
    }
}

void expect_references_resolve(const json::value& value, const json::object& schemas) {
    if (value.is_array()) {
        for (const json::value& element : value.get_array()) expect_references_resolve(element, schemas);
    }
    if (!value.is_object()) return;
    for (const auto& member : value.get_object()) {
        if (member.key() == "$ref") {
            const std::string reference(member.value().as_string());
            EXPECT_TRUE(schemas.contains(reference.substr(reference.rfind('/') + 1))) << reference;
        }
        expect_references_resolve(member.value(), schemas);
    }
}

TEST(OpenApi, refers_only_to_schemas_it_has) {
    const json::object document = description();
    expect_references_resolve(document, document.at("components").at("schemas").as_object());
}

TEST(OpenApi, gives_an_example_that_works_as_it_stands) {
    const json::object document = description();
    const json::value& properties =
        document.at("components").at("schemas").at("ShortenRequest").at("properties");
    EXPECT_EQ(properties.at("url").at("example").as_string(), "https://example.com/");
    EXPECT_EQ(properties.at("alias").at("example").as_string(), "string");
}

TEST(AdminRoutes, are_metrics_and_probes) {
    std::set<std::string_view> paths;
    for (const RouteInfo& route : AdminSite::routes()) paths.insert(route.path);
    EXPECT_EQ(paths, (std::set<std::string_view>{"/metrics", "/livez", "/readyz"}));
}

}  // namespace
}  // namespace urltrim::http
