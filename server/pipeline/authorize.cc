#include "server/pipeline/authorize.h"

#include "server/pipeline/denied_resource.h"
#include "server/pipeline/errors.h"
#include "server/pipeline/permissions.h"
#include "server/pipeline/policies.h"
#include "server/pipeline/sessions.h"

namespace keymill::pipeline {
namespace {

constexpr policy::Decision kAllowed{policy::Decision::Verdict::kAllow, policy::Source::kNone, nullptr};
constexpr policy::Decision kLacking{policy::Decision::Verdict::kImplicitDeny, policy::Source::kIdentity, nullptr};

bool AllowedWithoutPolicies(const Identity& identity, const Operation& operation, std::string_view resource) {
  if (operation.action.starts_with("s3:")) return true;
  return operation.action.starts_with("iam:") && resource == identity.arn;
}

policy::Decision Evaluate(const Identity& identity, const PoliciesOf& own, const Operation& operation,
                          std::string_view resource, const Circumstances& circumstances) {
  const policy::Context context = ConditionContext(own.context_keys(), identity, circumstances);
  return policy::Evaluate(PrincipalOf(identity), own.policies(), policy::Request(operation.action, resource, context));
}

}  // namespace

policy::Decision Decide(const Identity& identity, const Operation& operation, std::string_view resource,
                        const Circumstances& circumstances) {
  if (operation.needs_no_signature) return kAllowed;
  if (identity.anonymous()) return kLacking;
  if (operation.action.empty()) return kAllowed;
  if (!WithinSession(identity, operation.action)) return kLacking;
  const bool limited = identity.session && identity.session->policies;
  if (identity.kind == Identity::Kind::kRoot && !limited) return kAllowed;
  PoliciesOf own(identity);
  if (HasDefaultRights(identity)) {
    if (!AllowedWithoutPolicies(identity, operation, resource)) return kLacking;
    own.add_everything();
  }
  return Evaluate(identity, own, operation, resource, circumstances);
}

aws::Error Denial(const Identity& identity, std::string_view action, std::string_view resource, Service service,
                  const policy::Decision& decision) {
  if (identity.anonymous()) return AccessDenied;
  std::string text = "User: " + identity.arn + " is not authorized to perform: " + std::string(action);
  const bool quoted = service == Service::kS3;
  const std::string named = quoted ? std::string(resource) : DeniedResource(action, resource);
  if (!named.empty()) text += quoted ? " on resource: \"" + named + '"' : " on resource: " + named;
  return aws::Error(AccessDenied, text + policy::Reason(decision, action));
}

}  // namespace keymill::pipeline
