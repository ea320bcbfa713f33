#include "server/federation/identity_claims.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

namespace keymill::federation {
namespace {

namespace json = boost::json;

constexpr std::string_view kNamespace = "https://sts.amazonaws.com/";

void Put(json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

void Put(json::object& object, std::string_view name, const IdentityClaims::Pairs& tags) {
  if (tags.empty()) return;
  json::object members;
  for (const auto& [key, value] : tags) members[key] = value;
  object[name] = std::move(members);
}

}  // namespace

std::string Serialize(const IdentityClaims& claims) {
  json::object principal;
  Put(principal, "aws_account", claims.account);
  Put(principal, "source_region", claims.region);
  Put(principal, "org_id", claims.organization);
  Put(principal, "principal_id", claims.subject);
  Put(principal, "original_session_exp", claims.session_expires);
  Put(principal, "federated_provider", claims.provider);
  Put(principal, "principal_tags", claims.principal_tags);
  Put(principal, "request_tags", claims.request_tags);
  json::object all;
  Put(all, "iss", claims.issuer);
  Put(all, "sub", claims.subject);
  all["aud"] =
      claims.audiences.size() == 1 ? json::value(claims.audiences.front()) : json::value_from(claims.audiences);
  all["iat"] = claims.issued;
  all["exp"] = claims.expires;
  Put(all, "jti", claims.id);
  all[kNamespace] = std::move(principal);
  return json::serialize(all);
}

}  // namespace keymill::federation
