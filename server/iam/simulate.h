#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/policy/context.h"
#include "server/policy/document.h"
#include "server/policy/evaluate.h"
#include "server/policy/positions.h"
#include "server/result.h"

/// What the policy simulator finds out: one action on one resource under given policies. Pure.
namespace keymill::iam {

/// A policy as the simulator names it.
struct SourcePolicy {
  std::string id;    ///< PolicyInputList.1, or the policy's own name
  std::string text;  ///< the JSON, for positions and for the spelling of context keys
  policy::Document document;
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

struct MatchedStatement {
  std::string policy_id;
  std::string_view policy_type;
  policy::Extent extent;
};

struct SimulatedDecision {
  std::string action;
  std::string resource;
  std::string_view decision;  ///< allowed, explicitDeny, implicitDeny
  /// Those that decide: the denying ones if there are any, else those that allow.
  std::vector<MatchedStatement> matched;
  std::optional<bool> allowed_by_boundary;  ///< nullopt = there is none
};

SimulatedDecision Simulate(const Simulation& simulation, const std::string& action, const std::string& resource);

/// The context keys that the policies ask for, as they spell them, each once.
std::vector<std::string> ContextKeys(const std::vector<const SourcePolicy*>& policies);
/// Of those, the ones that the simulation was given no value for.
std::vector<std::string> MissingContextKeys(const Simulation& simulation);

}  // namespace keymill::iam
