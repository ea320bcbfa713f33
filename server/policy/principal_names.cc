#include "server/policy/principal_names.h"

#include <boost/json.hpp>

namespace keymill::policy {
namespace {

namespace json = boost::json;

using Rename = std::function<std::optional<std::string>(std::string_view)>;

/// True if something below `value`, a Principal element or a part of it, has another name now.
bool RenameIn(json::value& value, const Rename& rename) {
  if (const json::string* text = value.if_string()) {
    auto name = rename({text->data(), text->size()});
    if (name) value = json::string(*name);
    return name.has_value();
  }
  bool renamed = false;
  if (json::array* list = value.if_array()) {
    for (json::value& item : *list) renamed |= RenameIn(item, rename);
  } else if (json::object* object = value.if_object()) {
    for (auto& member : *object) renamed |= RenameIn(member.value(), rename);
  }
  return renamed;
}

bool RenameInStatement(json::value& value, const Rename& rename) {
  json::object* statement = value.if_object();
  if (statement == nullptr) return false;
  bool renamed = false;
  for (const char* element : {"Principal", "NotPrincipal"}) {
    if (json::value* principal = statement->if_contains(element)) renamed |= RenameIn(*principal, rename);
  }
  return renamed;
}

}  // namespace

std::string RenamePrincipals(std::string_view text, const Rename& rename) {
  json::error_code error;
  json::value root = json::parse({text.data(), text.size()}, error);
  json::object* policy = error ? nullptr : root.if_object();
  json::value* statements = policy != nullptr ? policy->if_contains("Statement") : nullptr;
  bool renamed = false;
  if (json::array* list = statements != nullptr ? statements->if_array() : nullptr) {
    for (json::value& statement : *list) renamed |= RenameInStatement(statement, rename);
  } else if (statements != nullptr) {
    renamed = RenameInStatement(*statements, rename);
  }
  return renamed ? json::serialize(root) : std::string(text);
}

}  // namespace keymill::policy
