#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/policy/condition.h"
#include "server/policy/context.h"
#include "server/policy/pattern.h"
#include "server/policy/principal.h"

namespace keymill::policy {

enum class Effect : std::uint8_t { kAllow, kDeny };

/// What is asked for, prepared once and then compared with every statement.
struct Request {
  /// `action` in any case, `resource` an ARN or "*".
  Request(std::string_view action, std::string_view resource, const Context& context);

  std::string action;  ///< lower case
  std::string_view resource;
  std::optional<ArnParts> parts;
  const Context& context;
};

struct Statement {
  std::string sid;
  Effect effect = Effect::kAllow;
  bool not_actions = false;
  std::vector<Pattern> actions;
  bool not_resources = false;
  std::vector<ArnPattern> resources;  ///< empty in a trust policy, where the role itself is meant
  bool not_principals = false;
  std::optional<PrincipalSet> principals;
  std::vector<Condition> conditions;

  /// Action, resource and conditions; the principal is the evaluator's business.
  bool applies(const Request& request) const;
};

/// Which rules a policy text must obey.
enum class Kind : std::uint8_t {
  kIdentity,  ///< attached to users, groups and roles; boundaries and session policies too
  kTrust,     ///< who may assume a role
  kResource,  ///< on a bucket
};

/// Why a policy text was refused, in AWS's words for this kind of policy.
struct Invalid {
  std::string message;
  std::string detail;  ///< the offending value, where AWS adds one
};

/// A policy, compiled: made once when it is stored, then shared by all threads.
class Document {
 public:
  static std::variant<Document, Invalid> Parse(std::string_view json, Kind kind);
  /// For a policy that is to be put on this bucket: as Parse(), and by the rules of CheckForBucket().
  static std::variant<Document, Invalid> ParseForBucket(std::string_view json, std::string_view bucket);

  const std::vector<Statement>& statements() const { return statements_; }
  /// The condition keys that it asks for and the variables that it uses, sorted, in lower case.
  std::vector<std::string> context_keys() const;
  /// True if some statement allows actions of the service, whatever its resources and conditions. `prefix` is the
  /// service's namespace in lower case with a colon: "s3:".
  bool grants_service(std::string_view prefix) const;
  /// As PrincipalSet::bind(), in every statement.
  void bind_principal(std::string_view arn, std::string_view unique_id);
  /// True if some statement allows everybody without a condition that limits who they are.
  bool allows_everybody() const;
  /// True if it is written in the language of 2012-10-17, and says so.
  bool current_version() const { return current_version_; }
  /// Of a managed policy: its ARN, which denials name; else empty.
  const std::string& arn() const { return arn_; }
  void set_arn(std::string arn) { arn_ = std::move(arn); }

 private:
  friend class Parser;
  std::vector<Statement> statements_;
  bool current_version_ = false;
  std::string arn_;
};

}  // namespace keymill::policy
