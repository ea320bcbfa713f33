#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/policy/document.h"
#include "server/policy/principal.h"

namespace keymill::policy {

using Documents = std::span<const Document* const>;

/// Everything that bears on one request, gathered by the caller. Nothing is owned.
struct Policies {
  Documents identity;                  ///< of the user and its groups, or of the role
  const Document* boundary = nullptr;  ///< permissions boundary of the user or role
  std::optional<Documents> session;    ///< session policies; nullopt = the session was made without any
  const Document* resource = nullptr;  ///< bucket policy or trust policy
  std::string_view resource_account;   ///< who owns the resource; empty = the principal's own account
  bool resource_must_allow = false;    ///< of a trust policy: identity policies alone do not open a role
  bool resource_grants = true;         ///< false: the resource policy can only deny
  Naming listed = Naming::kNot;        ///< how an access control list that grants this names the principal
};

/// The policies that a decision can rest on.
enum class Source : std::uint8_t { kNone, kIdentity, kResource, kBoundary, kSession };

struct Decision {
  enum class Verdict : std::uint8_t { kAllow, kExplicitDeny, kImplicitDeny };

  Verdict verdict = Verdict::kImplicitDeny;
  /// Of a denial: which policies forbade it, or lacked the permission.
  Source source = Source::kNone;
  const Statement* statement = nullptr;  ///< the one that decided, if one did
  std::string_view policy_arn = {};      ///< of an explicit denial by a managed policy; a view of the policy's own

  bool allowed() const { return verdict == Verdict::kAllow; }
};

/// AWS's evaluation order (aws-facts D1): any explicit deny wins; then the resource policy, the identity policies, the
/// permissions boundary and the session policies. Pure; takes about a microsecond for ten policies.
Decision Evaluate(const Principal& principal, const Policies& policies, const Request& request);

/// The end of AWS's sentence about a denial: ` because no identity-based policy allows the s3:GetObject action` or
/// ` with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/P`. The ARN is that of a
/// managed policy (AWS Security Blog, "Enhanced access denied error messages with policy ARNs").
std::string Reason(const Decision& decision, std::string_view action);

}  // namespace keymill::policy
