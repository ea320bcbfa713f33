#include "server/control/export_json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace keymill::control {

namespace json = boost::json;

void Put(json::object& object, std::string_view name, json::value value) {
  const bool empty = value.is_null() || (value.is_string() && value.get_string().empty()) ||
                     (value.is_array() && value.get_array().empty()) ||
                     (value.is_object() && value.get_object().empty());
  if (!empty) object[name] = std::move(value);
}

json::object PairsOf(const store::StringPairs& pairs) {
  json::object object;
  for (const auto& [key, value] : pairs) object[key] = value;
  return object;
}

json::value PolicyOf(const std::string& text) {
  json::error_code failure;
  json::value value = json::parse(text, failure);
  if (failure || !value.is_object() || json::serialize(value) != text) return json::value(text);
  return value;
}

}  // namespace keymill::control
