#include "server/pipeline/cors.h"

#include <algorithm>

#include "server/pipeline/errors.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

constexpr ErrorKind AccessForbidden{"AccessForbidden", 403, ""};
// "evalution" is S3's spelling.
constexpr std::string_view kNotAllowed =
    "This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/// `pattern` holds at most one `*`.
bool MatchesWildcard(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  return text.size() + 1 >= pattern.size() && text.starts_with(pattern.substr(0, star)) &&
         text.ends_with(pattern.substr(star + 1));
}

/// The pattern that matches the origin; nullptr if none does.
const std::string* MatchOrigin(const CorsRule& rule, std::string_view origin) {
  for (const std::string& pattern : rule.allowed_origins) {
    if (MatchesWildcard(pattern, origin)) return &pattern;
  }
  return nullptr;
}

bool AllowsHeader(const CorsRule& rule, std::string_view header) {
  return std::any_of(rule.allowed_headers.begin(), rule.allowed_headers.end(),
                     [&](const std::string& pattern) { return MatchesWildcard(sigv4::lower(pattern), header); });
}

bool Allows(const CorsRule& rule, const CorsRequest& asked) {
  const auto& methods = rule.allowed_methods;
  return MatchOrigin(rule, asked.origin) != nullptr &&
         std::find(methods.begin(), methods.end(), asked.method) != methods.end() &&
         std::all_of(asked.headers.begin(), asked.headers.end(),
                     [&](const std::string& header) { return AllowsHeader(rule, header); });
}

std::string Joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text.append(text.empty() ? "" : ", ").append(item);
  return text;
}

}  // namespace

std::optional<CorsRequest> ReadCorsRequest(const http::Request& request) {
  const auto origin = request.header("origin");
  if (!origin) return std::nullopt;
  CorsRequest asked{*origin, request.method, {}};
  if (request.method == "OPTIONS") asked.method = request.header_or_empty("access-control-request-method");
  std::string_view list = request.header_or_empty("access-control-request-headers");
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (const auto name = sigv4::trim(list.substr(0, comma)); !name.empty())
      asked.headers.push_back(sigv4::lower(name));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return asked;
}

const CorsRule* FindCorsRule(const std::vector<CorsRule>& rules, const CorsRequest& asked) {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const CorsRule& rule) { return Allows(rule, asked); });
  return found == rules.end() ? nullptr : &*found;
}

void WriteCorsHeaders(http::Response& response, const CorsRule& rule, const CorsRequest& asked) {
  const std::string* pattern = MatchOrigin(rule, asked.origin);
  const bool everybody = pattern != nullptr && *pattern == "*";
  response.header("Access-Control-Allow-Origin", everybody ? std::string_view("*") : asked.origin);
  response.header("Access-Control-Allow-Methods", Joined(rule.allowed_methods));
  if (!asked.headers.empty()) response.header("Access-Control-Allow-Headers", Joined(asked.headers));
  if (!rule.expose_headers.empty()) response.header("Access-Control-Expose-Headers", Joined(rule.expose_headers));
  if (rule.max_age_seconds) response.header("Access-Control-Max-Age", std::to_string(*rule.max_age_seconds));
  if (!everybody) response.header("Access-Control-Allow-Credentials", "true");
  response.header("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

Result<http::Response> AnswerPreflight(const http::Request& request, const BucketState* bucket, bool for_object) {
  const auto asked = ReadCorsRequest(request);
  if (!asked) return aws::Error(BadRequest, "Insufficient information. Origin request header needed.");
  const auto refused = [&](std::string_view why, bool about_object) {
    const std::string_view method = asked->method.empty() ? "OPTIONS" : asked->method;
    return aws::Error(AccessForbidden, "CORSResponse: " + std::string(why))
        .with("Method", std::string(method))
        .with("ResourceType", about_object ? "OBJECT" : "BUCKET");
  };
  if (bucket == nullptr) return refused("Bucket not found", false);
  if (bucket->cors.empty()) return refused("CORS is not enabled for this bucket.", for_object);
  const CorsRule* rule = FindCorsRule(bucket->cors, *asked);
  if (rule == nullptr) return refused(kNotAllowed, for_object);
  http::Response response;
  WriteCorsHeaders(response, *rule, *asked);
  return response;
}

void AddCorsHeaders(http::Response& response, const http::Request& request, const BucketState& bucket) {
  if (bucket.cors.empty() || request.method == "OPTIONS") return;
  const auto asked = ReadCorsRequest(request);
  if (!asked) return;
  if (const CorsRule* rule = FindCorsRule(bucket.cors, *asked)) WriteCorsHeaders(response, *rule, *asked);
}

bool IsStsPreflight(const http::Request& request) {
  const auto asked = ReadCorsRequest(request);
  if (!asked || request.method != "OPTIONS" || request.raw_path != "/") return false;
  return asked->method == "POST" || request.raw_query.starts_with("Action=");
}

http::Response AnswerStsPreflight(const http::Request& request) {
  http::Response response;
  AddStsCorsHeaders(response, request);
  response.header("Access-Control-Allow-Methods", "GET, POST");
  const auto headers = Joined(ReadCorsRequest(request)->headers);
  if (!headers.empty()) response.header("Access-Control-Allow-Headers", headers);
  return response;
}

void AddStsCorsHeaders(http::Response& response, const http::Request& request) {
  if (!request.header("origin")) return;
  response.header("Access-Control-Allow-Origin", "*")
      .header("Access-Control-Expose-Headers", "x-amzn-RequestId, x-amz-sts-extended-request-id");
}

}  // namespace keymill::pipeline
