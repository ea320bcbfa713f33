#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/control/json_fields.h"
#include "server/control/seed_document.h"

/// What the parts of a seed have in common when they are read.
namespace keymill::control {

std::string TextOf(const boost::json::string& text);
std::optional<SeedText> ReadText(JsonFields& fields, std::string_view name);

/// A policy's text: a string as it is, an object as compact JSON; nullopt if it is neither.
std::optional<std::string> DocumentText(const boost::json::value& value);
std::optional<SeedText> ReadDocument(JsonFields& fields, std::string_view name, bool required);

std::vector<SeedText> ReadTexts(JsonFields& fields, std::string_view name);

/// An array of objects: `read(JsonFields&) -> T` for each.
template <class T, class Read>
std::vector<T> ReadAll(JsonFields& fields, std::string_view name, Complaints& complaints, Read&& read) {
  std::vector<T> all;
  fields.each(name, [&](const boost::json::value& value, const std::string& path) {
    JsonFields element(value, path, complaints);
    all.push_back(read(element));
    element.finish();
  });
  return all;
}

std::optional<SeedPasswordPolicy> ReadPasswordPolicy(JsonFields& fields, Complaints& complaints);
std::optional<SeedLogin> ReadLogin(JsonFields& fields, Complaints& complaints);
void ReadMfaDevice(JsonFields& fields, SeedMfaDevice& device);
void ReadOidcProvider(JsonFields& fields, SeedOidcProvider& provider);
SeedBucket ReadBucket(JsonFields& fields, Complaints& complaints);

}  // namespace keymill::control
