#include "server/control/issuers.h"

#include <iterator>

#include <boost/json/value.hpp>

#include "server/control/json_fields.h"
#include "server/iam/token_issuer.h"
#include "server/pipeline/errors.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

constexpr std::string_view kDiscovery = "/.well-known/openid-configuration";
constexpr std::string_view kKeys = "/.well-known/jwks.json";

std::string IssuerId(const pipeline::Call& call) {
  return std::string(call.params().find("issuer").value_or(std::string_view()));
}

/// Where this client would find the keys: at the issuer's host if it came that way, which needs a name that resolves,
/// or beside this document.
std::string KeysUrl(const pipeline::Call& call) {
  std::string_view path = call.request().raw_path;
  if (path == kDiscovery) return iam::TokenIssuerUrl(IssuerId(call)).append(kKeys);
  path.remove_suffix(kDiscovery.size());
  std::string url = call.request().secure ? "https://" : "http://";
  return url.append(call.request().host).append(path).append(kKeys);
}

Task<Result<std::string>> FindKeys(pipeline::Call& call) {
  const std::string id = IssuerId(call);
  auto find = [&](const store::Reader& reader) { return iam::FindTokenIssuerKeys(reader, id); };
  auto keys = co_await call.read(find);
  if (!keys) co_return aws::Error(pipeline::NoSuchResource);
  co_return *std::move(keys);
}

}  // namespace

Task<Result<http::Response>> GetIssuerConfiguration(pipeline::Call& call) {
  const auto keys = co_await FindKeys(call);
  if (!keys) co_return keys.error();
  json::array algorithms;
  for (const std::string_view name : iam::kTokenAlgorithms) algorithms.push_back(json::string(name));
  co_return JsonAnswer(json::object{{"issuer", iam::TokenIssuerUrl(IssuerId(call))},
                                    {"jwks_uri", KeysUrl(call)},
                                    {"response_types_supported", json::array{"id_token"}},
                                    {"subject_types_supported", json::array{"public"}},
                                    {"id_token_signing_alg_values_supported", std::move(algorithms)},
                                    {"claims_supported", json::array{"iss", "sub", "aud", "exp", "iat", "jti"}}});
}

Task<Result<http::Response>> GetIssuerKeys(pipeline::Call& call) {
  const auto keys = co_await FindKeys(call);
  if (!keys) co_return keys.error();
  http::Response response(200);
  response.body(*keys, "application/json");
  co_return response;
}

}  // namespace keymill::control
