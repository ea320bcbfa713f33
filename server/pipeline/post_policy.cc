#include "server/pipeline/post_policy.h"

#include <algorithm>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/pipeline/errors.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

namespace json = boost::json;
using sigv4::PolicyFault;
using sigv4::PolicyValue;

constexpr ErrorKind InvalidPolicyDocument{"InvalidPolicyDocument", 400, ""};

aws::Error Invalid(std::string_view detail) {
  return aws::Error(InvalidPolicyDocument, std::string("Invalid Policy: ").append(detail));
}

PolicyValue ToPolicyValue(const json::value& value) {
  PolicyValue out;
  if (const auto* text = value.if_string()) {
    out.kind = PolicyValue::Kind::String;
    out.text = std::string_view(*text);
  } else if (value.is_number()) {
    out.kind = PolicyValue::Kind::Number;
    out.text = json::serialize(value);
  } else if (const auto* list = value.if_array()) {
    out.kind = PolicyValue::Kind::List;
    for (const auto& item : *list) out.items.push_back(ToPolicyValue(item));
  } else if (const auto* object = value.if_object()) {
    out.kind = PolicyValue::Kind::Object;
    for (const auto& member : *object) out.members.emplace_back(member.key(), ToPolicyValue(member.value()));
  }
  return out;
}

}  // namespace

Result<sigv4::PostPolicy> ReadPostPolicy(std::string_view base64) {
  std::string packed(base64);
  packed.erase(std::remove_if(packed.begin(), packed.end(), [](char c) { return c == '\r' || c == '\n'; }),
               packed.end());
  const auto text = sigv4::base64_decode(packed);
  if (!text) return Invalid("invalid Base64 encoding.");
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) return Invalid("Expecting '{' but found End-of-Input");
  boost::system::error_code error;
  const json::value root = json::parse(*text, error);
  if (error) return Invalid("Invalid JSON.");
  sigv4::PostPolicy policy;
  if (const auto verdict = sigv4::PostPolicy::parse(ToPolicyValue(root), policy)) return Invalid(verdict.detail);
  return policy;
}

aws::Error PolicyRefusal(const sigv4::PolicyVerdict& verdict) {
  const std::string prefix = "Invalid according to Policy: ";
  switch (verdict.fault) {
    case PolicyFault::Expired:
      return aws::Error(AccessDenied, prefix + "Policy expired.");
    case PolicyFault::ConditionFailed:
      return aws::Error(AccessDenied, prefix + "Policy Condition failed: " + verdict.detail);
    case PolicyFault::ExtraFields:
      return aws::Error(AccessDenied, prefix + "Extra input fields: " + verdict.detail);
    case PolicyFault::TooLarge:
      return aws::Error(EntityTooLarge)
          .with("ProposedSize", std::to_string(verdict.proposed))
          .with("MaxSizeAllowed", std::to_string(verdict.limit));
    case PolicyFault::TooSmall:
      return aws::Error(EntityTooSmall)
          .with("ProposedSize", std::to_string(verdict.proposed))
          .with("MinSizeAllowed", std::to_string(verdict.limit));
    default:
      return Invalid(verdict.detail);
  }
}

}  // namespace keymill::pipeline
