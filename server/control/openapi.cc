#include "server/control/openapi.h"

#include <algorithm>

#include <boost/json/value.hpp>

#include "server/control/documentation.h"
#include "server/control/json_fields.h"
#include "server/control/operations.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

std::string Text(std::string_view text) {
  return std::string(text);
}

json::object Reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + Text(schema)}};
}

json::object TypeOf(const Member& member) {
  switch (member.type) {
    case Member::Type::kTime:
      return {{"type", "string"}, {"format", "date-time"}};
    case Member::Type::kBoolean:
      return {{"type", "boolean"}};
    case Member::Type::kInteger:
      return {{"type", "integer"}};
    case Member::Type::kObject:
      return Reference(member.schema);
    case Member::Type::kList:
      return {{"type", "array"},
              {"items", member.schema.empty() ? json::object{{"type", "object"}} : Reference(member.schema)}};
    case Member::Type::kString:
      break;
  }
  return {{"type", "string"}};
}

json::object ObjectOf(std::span<const Member> members) {
  json::object properties;
  json::array required;
  for (const Member& member : members) {
    auto property = TypeOf(member);
    property["description"] = Text(member.description);
    properties[Text(member.name)] = std::move(property);
    if (member.required) required.push_back(json::string(Text(member.name)));
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json::object Content(json::object schema) {
  return {{"application/json", json::object{{"schema", std::move(schema)}}}};
}

json::array Parameters(std::string_view path, const Documentation& documentation) {
  json::array parameters;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const auto name = path.substr(open + 1, path.find('}', open) - open - 1);
    parameters.push_back(json::object{
        {"name", Text(name)}, {"in", "path"}, {"required", true}, {"schema", json::object{{"type", "string"}}}});
  }
  for (const Member& member : documentation.query) {
    parameters.push_back(json::object{{"name", Text(member.name)},
                                      {"in", "query"},
                                      {"description", Text(member.description)},
                                      {"required", member.required},
                                      {"schema", TypeOf(member)}});
  }
  return parameters;
}

json::object Responses(const Documentation& documentation) {
  json::object done{{"description", documentation.content.empty() ? "Done" : Text(documentation.content)}};
  if (!documentation.content.empty()) done["content"] = Content({{"type", "object"}});
  if (!documentation.answer.empty()) done["content"] = Content(ObjectOf(documentation.answer));
  return {{std::to_string(documentation.status), std::move(done)},
          {"default", json::object{{"description", "Refused"}, {"content", Content(Reference("Error"))}}}};
}

json::object OperationObject(const pipeline::Operation& row, const Documentation& documentation) {
  json::object operation{
      {"operationId", Text(row.name)},
      {"summary", Text(documentation.summary)},
      {"description", row.needs_no_signature ? "Public: needs no signature."
                                             : "The caller's policies must allow " + Text(row.action) + "."}};
  if (row.needs_no_signature) operation["security"] = json::array();
  if (auto parameters = Parameters(row.path, documentation); !parameters.empty()) {
    operation["parameters"] = std::move(parameters);
  }
  if (!documentation.body.empty()) {
    const bool required =
        std::any_of(documentation.body.begin(), documentation.body.end(), [](const Member& m) { return m.required; });
    operation["requestBody"] = json::object{{"required", required}, {"content", Content(ObjectOf(documentation.body))}};
  }
  operation["responses"] = Responses(documentation);
  return operation;
}

std::string LowerCase(std::string_view method) {
  std::string lower(method);
  for (char& c : lower) c = static_cast<char>(c | 0x20);  // methods are capital letters
  return lower;
}

json::object Document(bool open) {
  json::object paths, schemas;
  for (const pipeline::Operation& row : Operations()) {
    auto& path = paths.emplace(Text(row.path), json::object()).first->value().as_object();
    path[LowerCase(row.method)] = OperationObject(row, *FindDocumentation(row.name));
  }
  for (const Schema& schema : kSchemas) schemas[Text(schema.name)] = ObjectOf(schema.members);
  const json::object signature{{"type", "apiKey"},
                               {"in", "header"},
                               {"name", "Authorization"},
                               {"description", "AWS Signature Version 4 with the service name keymill in its scope"}};
  json::array security;
  security.push_back(json::object{{"sigv4", json::array()}});
  if (open) security.push_back(json::object());  // or none
  return {{"openapi", "3.1.0"},
          {"info", json::object{{"title", "Keymill control API"}, {"version", "1"}}},
          {"servers", json::array{json::object{{"url", "/_keymill/v1"}}}},
          {"security", std::move(security)},
          {"paths", std::move(paths)},
          {"components",
           json::object{{"securitySchemes", json::object{{"sigv4", signature}}}, {"schemas", std::move(schemas)}}}};
}

}  // namespace

Task<Result<http::Response>> GetOpenApi(pipeline::Call& call) {
  co_return JsonAnswer(Document(call.services().config.control_open));
}

}  // namespace keymill::control
