#include "server/pipeline/s3_access.h"

#include <algorithm>
#include <array>

#include "server/aws/ids.h"
#include "server/pipeline/policies.h"

namespace keymill::pipeline {
namespace {

using policy::Naming;

constexpr policy::Decision kAllowed{policy::Decision::Verdict::kAllow, policy::Source::kNone, nullptr};

/// What an ACL's permissions stand for ("Mapping of ACL permissions and access policy permissions").
struct ListedAction {
  std::string_view action, permission;
  bool of_object;  ///< in the object's list, not the bucket's
};
constexpr std::array<ListedAction, 15> kListedActions = {{{"s3:ListBucket", "READ", false},
                                                          {"s3:ListBucketVersions", "READ", false},
                                                          {"s3:ListBucketMultipartUploads", "READ", false},
                                                          {"s3:PutObject", "WRITE", false},
                                                          {"s3:DeleteObject", "WRITE", false},
                                                          {"s3:AbortMultipartUpload", "WRITE", false},
                                                          {"s3:ListMultipartUploadParts", "WRITE", false},
                                                          {"s3:GetBucketAcl", "READ_ACP", false},
                                                          {"s3:PutBucketAcl", "WRITE_ACP", false},
                                                          {"s3:GetObject", "READ", true},
                                                          {"s3:GetObjectVersion", "READ", true},
                                                          {"s3:GetObjectAcl", "READ_ACP", true},
                                                          {"s3:GetObjectVersionAcl", "READ_ACP", true},
                                                          {"s3:PutObjectAcl", "WRITE_ACP", true},
                                                          {"s3:PutObjectVersionAcl", "WRITE_ACP", true}}};

bool IsGroup(const Grant& grant) {
  return grant.uri == kAllUsers || grant.uri == kAuthenticatedUsers;
}

Naming NamedBy(const Grant& grant, const policy::Principal& principal, bool ignore_public) {
  if (grant.uri.empty()) {
    return !principal.canonical_id.empty() && grant.id == principal.canonical_id ? Naming::kAccount : Naming::kNot;
  }
  if (ignore_public || !IsGroup(grant)) return Naming::kNot;
  return grant.uri == kAllUsers || !principal.account.empty() ? Naming::kSelf : Naming::kNot;
}

/// How the list that governs this action names the principal.
Naming Listed(const S3Question& question, const policy::Principal& principal) {
  const BucketState* bucket = question.bucket;
  if (bucket == nullptr || !bucket->has_acls) return Naming::kNot;
  const auto listed = std::find_if(kListedActions.begin(), kListedActions.end(),
                                   [&](const ListedAction& row) { return row.action == question.action; });
  if (listed == kListedActions.end() || (listed->of_object && question.object == nullptr)) return Naming::kNot;
  // WRITE is for new objects and for one's own: others' are neither replaced nor removed.
  if (listed->permission == "WRITE" && !question.former_owner.empty() && question.former_owner != principal.account) {
    return Naming::kNot;
  }
  Naming closest = Naming::kNot;
  for (const Grant& grant : listed->of_object ? question.object->acl : bucket->acl) {
    if (grant.permission != listed->permission && grant.permission != "FULL_CONTROL") continue;
    closest = std::max(closest, NamedBy(grant, principal, bucket->access_block.ignore_acls));
  }
  return closest;
}

std::vector<std::string> WantedKeys(const PoliciesOf& own, const BucketState* bucket) {
  std::vector<std::string> keys = own.context_keys();
  if (bucket != nullptr) keys.insert(keys.end(), bucket->context_keys.begin(), bucket->context_keys.end());
  return keys;
}

/// What the owner's root user may do whatever the bucket's policy says: nobody can lock themselves out for good.
bool MendsPolicy(std::string_view action) {
  return action == "s3:GetBucketPolicy" || action == "s3:PutBucketPolicy" || action == "s3:DeleteBucketPolicy";
}

}  // namespace

policy::Decision DecideS3(const Identity& identity, const S3Question& question, const Circumstances& circumstances) {
  const BucketState* bucket = question.bucket;
  const bool foreign_object = bucket != nullptr && question.object != nullptr && bucket->has_acls &&
                              !question.object->account.empty() && question.object->account != bucket->record.account;
  const std::string_view account = foreign_object      ? std::string_view(question.object->account)
                                   : bucket != nullptr ? std::string_view(bucket->record.account)
                                                       : std::string_view(identity.account);
  const bool own = !identity.anonymous() && account == identity.account;
  const bool root = identity.kind == Identity::Kind::kRoot;
  const bool guarded = bucket != nullptr && bucket->policy.has_value();
  if (own && !guarded && !identity.session && (root || HasDefaultRights(identity)))
    return kAllowed;  // the usual case, and nothing to evaluate
  if (own && root && !foreign_object && MendsPolicy(question.action)) return kAllowed;

  PoliciesOf speaking(identity);
  if (own && HasDefaultRights(identity)) speaking.add_everything();
  policy::Policies policies = speaking.policies();
  policies.resource_account = account;
  policy::Principal principal = PrincipalOf(identity);
  if (bucket != nullptr) {
    if (!identity.anonymous()) principal.canonical_id = aws::CanonicalUserId(identity.account);
    if (guarded) policies.resource = &*bucket->policy;
    // A bucket's policy grants nothing on objects that another account owns, though it may deny.
    const bool restricted =
        bucket->access_block.restrict_buckets && bucket->public_policy && identity.account != bucket->record.account;
    policies.resource_grants = !foreign_object && !restricted;
    policies.listed = Listed(question, principal);
  }
  const policy::Context context = ConditionContext(WantedKeys(speaking, bucket), identity, circumstances);
  return policy::Evaluate(principal, policies, policy::Request(question.action, question.resource, context));
}

bool RequesterPays(const Identity& identity, const BucketState& bucket) {
  return bucket.requester_pays && (identity.anonymous() || identity.account != bucket.record.account);
}

bool AsksFor(const Identity& identity, const BucketState* bucket, std::string_view prefix) {
  const auto asks = [prefix](const std::vector<std::string>& keys) {
    return std::any_of(keys.begin(), keys.end(), [prefix](const std::string& key) { return key.starts_with(prefix); });
  };
  return (bucket != nullptr && asks(bucket->context_keys)) || asks(PoliciesOf(identity).context_keys());
}

bool IsPublic(const Grants& grants) {
  return std::any_of(grants.begin(), grants.end(), IsGroup);
}

}  // namespace keymill::pipeline
