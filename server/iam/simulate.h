#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/policy/context.h"
#include "server/policy/document.h"
#include "server/policy/evaluate.h"
#include "server/policy/positions.h"
#include "server/result.h"

/// What the policy simulator finds out: one action on some resources under given policies. Pure.
namespace keymill::iam {

/// A policy as the simulator names it.
struct SourcePolicy {
  std::string id;    ///< PolicyInputList.1, or the policy's own name
  std::string text;  ///< the JSON, for the spelling of context keys
  policy::Document document;
  std::vector<policy::Extent> extents;  ///< of the document's statements
};

/// InvalidInput if the text is no policy of this kind.
Result<SourcePolicy> ParseSource(std::string id, std::string text, policy::Kind kind);

struct Simulation {
  policy::Principal caller;
  std::vector<SourcePolicy> identity;
  std::optional<SourcePolicy> boundary;
  std::optional<SourcePolicy> resource;
  std::string resource_account;
  policy::Context context;
};

/// A statement of a SourcePolicy, which must outlive it.
struct MatchedStatement {
  std::string_view policy_id;
  std::string_view policy_type;
  policy::Extent extent;
  friend bool operator==(const MatchedStatement&, const MatchedStatement&) = default;
};

struct SimulatedDecision {
  using Verdict = policy::Decision::Verdict;
  Verdict verdict = Verdict::kAllow;
  /// Those that decide: the denying ones if there are any, else those that allow; none of an implicit denial.
  std::vector<MatchedStatement> matched = {};
  std::optional<bool> allowed_by_boundary = {};  ///< nullopt = there is none
  /// Between accounts only: what each type of policies says by itself.
  std::vector<std::pair<std::string_view, Verdict>> details = {};
};

/// allowed, explicitDeny, implicitDeny
std::string_view DecisionName(SimulatedDecision::Verdict verdict);

SimulatedDecision Simulate(const Simulation& simulation, const std::string& action, const std::string& resource);

/// What IAM says of an action on several resources: the most restrictive of the decisions, and the statements that led
/// to it. `decisions` is not empty.
SimulatedDecision Summary(const std::vector<SimulatedDecision>& decisions);

/// The context keys that the policies ask for, as they spell them and in the order in which they stand, each once.
std::vector<std::string> ContextKeys(const std::vector<const SourcePolicy*>& policies);
/// Of those, the ones that the simulation was given no value for.
std::vector<std::string> MissingContextKeys(const Simulation& simulation);

}  // namespace keymill::iam
