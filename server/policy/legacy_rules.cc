#include "server/policy/legacy_rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "server/policy/pattern.h"

namespace keymill::policy {
namespace {

namespace json = boost::json;

std::string_view View(const json::string& text) {
  return {text.data(), text.size()};
}

/// Regions and accounts are lower-case words, digits and hyphens, or patterns of them; never variables.
bool MayBeRegionOrAccount(std::string_view part) {
  return std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '*' || c == '?';
  });
}

bool IsLegacyArn(const json::value& value) {
  const json::string* text = value.if_string();
  const auto parts = text != nullptr ? ArnParts::Split(View(*text)) : std::nullopt;
  return !parts || (MayBeRegionOrAccount(parts->part[3]) && MayBeRegionOrAccount(parts->part[4]));
}

bool IsLegacyStatement(const json::value& value) {
  const json::object* statement = value.if_object();
  if (statement == nullptr) return true;
  const json::value* effect = statement->if_contains("Effect");
  if (const json::string* text = effect != nullptr ? effect->if_string() : nullptr) {
    const std::string word = Fold(View(*text));
    if ((word == "allow" && *text != "Allow") || (word == "deny" && *text != "Deny")) return false;
  }
  for (const char* element : {"Resource", "NotResource"}) {
    const json::value* resources = statement->if_contains(element);
    if (resources == nullptr) continue;
    const json::array* list = resources->if_array();
    if (list == nullptr ? !IsLegacyArn(*resources) : !std::all_of(list->begin(), list->end(), IsLegacyArn))
      return false;
  }
  return true;
}

}  // namespace

bool RepeatsMember(std::string_view text) {
  std::vector<std::set<std::string_view>> open;  // of each open bracket: the members so far
  std::string_view last;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t begin = i + 1;
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      last = text.substr(begin, i - begin);
    } else if (c == '{' || c == '[') {
      open.emplace_back();
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    } else if (c == ':' && !open.empty() && !open.back().insert(last).second) {
      return true;
    }
  }
  return false;
}

bool FailsLegacyParsing(std::string_view text) {
  json::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  const json::object* policy = error ? nullptr : root.if_object();
  if (policy == nullptr) return false;
  bool single = false;
  for (const auto& member : *policy) {
    if (member.key() == "Version" && single) return true;
    if (member.key() != "Statement") continue;
    const json::array* list = member.value().if_array();
    single = list == nullptr;
    if (single ? !IsLegacyStatement(member.value()) : !std::all_of(list->begin(), list->end(), IsLegacyStatement)) {
      return true;
    }
  }
  return false;
}

}  // namespace keymill::policy
