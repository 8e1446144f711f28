#include "http/openapi.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cassert>

namespace urltrim::http {
namespace {

namespace json = boost::json;

/// The schemas that RouteDoc and ResponseDoc name.
json::object schemas() {
    const json::object text{{"type", "string"}};
    const json::object count{{"type", "integer"}, {"minimum", 0}};
    json::object all;
    all["ShortenRequest"] = {
        {"type", "object"},
        {"required", {"url"}},
        {"properties",
         {{"url",
           {{"type", "string"},
            {"maxLength", 8192},
            {"description", "an http or https address"},
            {"example", "https://example.com/"}}},
          {"alias",
           {{"type", {"string", "null"}},
            {"maxLength", 64},
            {"description", "letters, digits and hyphens; absent, null, empty or \"string\": a random code"},
            {"example", "string"}}}}}};
    all["ShortenResponse"] = {
        {"type", "object"},
        {"required", {"short_code", "long_url", "short_url"}},
        {"properties", {{"short_code", text}, {"long_url", text}, {"short_url", text}}}};
    all["Analytics"] = {{"type", "object"},
                        {"required", {"short_code", "clicks"}},
                        {"properties", {{"short_code", text}, {"clicks", count}}}};
    all["Service"] = {{"type", "object"},
                      {"required", {"service", "version", "docs"}},
                      {"properties", {{"service", text}, {"version", text}, {"docs", text}}}};
    all["Text"] = text;
    const json::object error{{"type", "object"},
                             {"required", {"field", "reason"}},
                             {"properties", {{"field", text}, {"reason", text}}}};
    all["Problem"] = {{"type", "object"},
                      {"description", "RFC 9457"},
                      {"required", {"type", "title", "status", "detail"}},
                      {"properties",
                       {{"type", text},
                        {"title", text},
                        {"status", {{"type", "integer"}}},
                        {"detail", text},
                        {"errors", {{"type", "array"}, {"items", error}}}}}};
    return all;
}

std::string_view media_type(std::string_view schema) {
    if (schema == "Problem") return "application/problem+json";
    return schema == "Text" ? "text/plain" : "application/json";
}

json::object content(std::string_view schema) {
    const json::object reference{{"$ref", "#/components/schemas/" + std::string(schema)}};
    return {{media_type(schema), json::object{{"schema", reference}}}};
}

json::object response(const ResponseDoc& doc) {
    json::object described{{"description", reason_phrase(doc.status)}};
    if (!doc.schema.empty()) described["content"] = content(doc.schema);
    if (doc.status == Status::found) {
        described["headers"] = {{"Location", {{"schema", {{"type", "string"}, {"format", "uri"}}}}}};
    }
    return described;
}

json::object operation(const RouteInfo& route) {
    json::object described{{"operationId", route.doc.operation},
                           {"summary", route.doc.summary},
                           {"tags", json::array{route.doc.tag}}};
    if (!is_literal(route.path)) {
        const json::object schema{{"type", "string"}, {"pattern", "^[A-Za-z0-9-]{1,64}$"}};
        const json::object parameter{
            {"name", "code"}, {"in", "path"}, {"required", true}, {"schema", schema}};
        described["parameters"] = json::array{parameter};
    }
    if (!route.doc.request_schema.empty()) {
        described["requestBody"] = {{"required", true}, {"content", content(route.doc.request_schema)}};
    }
    json::object responses;
    for (const ResponseDoc& doc : route.doc.responses) {
        responses[std::to_string(number(doc.status))] = response(doc);
    }
    described["responses"] = std::move(responses);
    return described;
}

std::string_view verb(Method method) {
    assert(method == Method::get || method == Method::post);
    return method == Method::post ? "post" : "get";
}

}  // namespace

std::string openapi_document(const std::vector<RouteInfo>& routes, const Settings& settings) {
    json::object paths;
    for (const RouteInfo& route : routes) {
        if (route.doc.responses.empty()) continue;
        json::value& path = paths[route.path];
        if (path.is_null()) path = json::object{};
        path.as_object()[verb(route.method)] = operation(route);
    }
    const json::object document{{"openapi", "3.1.0"},
                                {"info", {{"title", settings.service_name}, {"version", settings.version}}},
                                {"paths", std::move(paths)},
                                {"components", {{"schemas", schemas()}}}};
    return json::serialize(document);
}

}  // namespace urltrim::http
