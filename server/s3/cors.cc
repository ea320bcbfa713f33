#include "server/s3/cors.h"

#include <algorithm>
#include <array>

#include "server/s3/errors.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxRules = 100;
constexpr std::array<std::string_view, 5> kMethods = {"GET", "PUT", "POST", "DELETE", "HEAD"};

Result<> CheckWildcards(const std::vector<std::string>& patterns, std::string_view element) {
  for (const std::string& pattern : patterns) {
    if (std::count(pattern.begin(), pattern.end(), '*') <= 1) continue;
    return Error(InvalidRequest, std::string(element) + " \"" + pattern + "\" can not have more than one wildcard.");
  }
  return {};
}

}  // namespace

Result<> CheckCors(CorsConfiguration& configuration) {
  if (configuration.rules.size() > kMaxRules) return Error(MalformedXML);
  for (const CorsRule& rule : configuration.rules) {
    for (const std::string& method : rule.allowed_methods) {
      if (std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end()) continue;
      return Error(InvalidRequest, "Found unsupported HTTP method in CORS config. Unsupported method is " + method);
    }
    if (auto checked = CheckWildcards(rule.allowed_origins, "AllowedOrigin"); !checked) return checked.error();
    if (auto checked = CheckWildcards(rule.allowed_headers, "AllowedHeader"); !checked) return checked.error();
  }
  return {};
}

}  // namespace keymill::s3
