#include "server/control/seed_fields.h"

#include <boost/json/serialize.hpp>

namespace keymill::control {

namespace json = boost::json;

std::string TextOf(const json::string& text) {
  return std::string(text.begin(), text.end());
}

std::optional<SeedText> ReadText(JsonFields& fields, std::string_view name) {
  auto text = fields.optional(name);
  if (!text) return std::nullopt;
  return SeedText{fields.path(name), *std::move(text)};
}

/// A policy's text: a string as it is, an object as compact JSON.
std::optional<std::string> DocumentText(const json::value& value) {
  if (value.is_string()) return TextOf(value.get_string());
  if (value.is_object()) return json::serialize(value);
  return std::nullopt;
}

std::optional<SeedText> ReadDocument(JsonFields& fields, std::string_view name, bool required) {
  const json::value* value = fields.find(name);
  if (value == nullptr) {
    if (required) fields.complain(name, "must be given");
    return std::nullopt;
  }
  auto text = DocumentText(*value);
  if (!text) {
    fields.complain(name, "must be a policy, as an object or as a string");
    return std::nullopt;
  }
  return SeedText{fields.path(name), *std::move(text)};
}

std::vector<SeedText> ReadTexts(JsonFields& fields, std::string_view name) {
  std::vector<SeedText> all;
  for (auto& [text, path] : fields.strings(name)) all.push_back({std::move(path), std::move(text)});
  return all;
}

}  // namespace keymill::control
