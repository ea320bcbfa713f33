#include "server/pipeline/authorize.h"

#include "server/pipeline/errors.h"
#include "server/pipeline/permissions.h"

namespace keymill::pipeline {
namespace {

constexpr policy::Decision kAllowed{policy::Decision::Verdict::kAllow, policy::Source::kNone, nullptr};
constexpr policy::Decision kLacking{policy::Decision::Verdict::kImplicitDeny, policy::Source::kIdentity, nullptr};

bool AllowedWithoutPolicies(const Identity& identity, const Operation& operation, std::string_view resource) {
  if (operation.action.starts_with("s3:")) return true;
  return operation.action.starts_with("iam:") && resource == identity.arn;
}

policy::Decision Evaluate(const Identity& identity, const Operation& operation, std::string_view resource,
                          const Circumstances& circumstances) {
  const Permissions& permissions = *identity.permissions;
  std::vector<const policy::Document*> documents;
  documents.reserve(permissions.identity.size());
  for (const policy::Document& document : permissions.identity) documents.push_back(&document);
  policy::Policies policies;
  policies.identity = documents;
  if (permissions.boundary) policies.boundary = &*permissions.boundary;
  policy::Principal principal;
  principal.kind = policy::Principal::Kind::kUser;
  principal.account = identity.account;
  principal.arn = identity.arn;
  principal.user_id = identity.user_id;
  const policy::Context context = ConditionContext(permissions.context_keys, identity, circumstances);
  return policy::Evaluate(principal, policies, policy::Request(operation.action, resource, context));
}

}  // namespace

policy::Decision Decide(const Identity& identity, const Operation& operation, std::string_view resource,
                        const Circumstances& circumstances) {
  if (identity.anonymous()) return kLacking;
  if (operation.action.empty() || identity.kind == Identity::Kind::kRoot) return kAllowed;
  if (identity.permissions) return Evaluate(identity, operation, resource, circumstances);
  return AllowedWithoutPolicies(identity, operation, resource) ? kAllowed : kLacking;
}

std::string S3Resource(const Route& route) {
  if (route.bucket.empty()) return {};
  std::string arn = "arn:aws:s3:::" + route.bucket;
  if (!route.key.empty()) arn += "/" + route.key;
  return arn;
}

std::string S3PolicyResource(const Route& route) {
  if (route.bucket.empty()) return "arn:aws:s3:::*";
  return route.operation->name == "DeleteObjects" ? S3Resource(route) + "/*" : S3Resource(route);
}

aws::Error Denial(const Identity& identity, const Operation& operation, std::string_view resource, Service service,
                  const policy::Decision& decision) {
  if (identity.anonymous()) return AccessDenied;
  std::string text = "User: " + identity.arn + " is not authorized to perform: " + std::string(operation.action);
  if (!resource.empty()) {
    bool quoted = service == Service::kS3;
    text += quoted ? " on resource: \"" : " on resource: ";
    text += resource;
    if (quoted) text += '"';
  }
  return aws::Error(AccessDenied, text + policy::Reason(decision, operation.action));
}

}  // namespace keymill::pipeline
