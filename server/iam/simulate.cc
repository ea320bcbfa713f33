#include "server/iam/simulate.h"

#include <algorithm>
#include <set>

#include "server/iam/errors.h"
#include "sigv4/encoding.h"

namespace keymill::iam {
namespace {

using Verdict = policy::Decision::Verdict;

constexpr std::string_view kIdentityType = "IAM Policy";
constexpr std::string_view kResourceType = "Resource Policy";

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllow:
      return "allowed";
    case Verdict::kExplicitDeny:
      return "explicitDeny";
    case Verdict::kImplicitDeny:
      return "implicitDeny";
  }
  return "implicitDeny";
}

/// Whether a statement of a resource policy speaks about the caller; others speak about nobody.
bool Concerns(const policy::Statement& statement, const policy::Principal& caller) {
  if (!statement.principals) return true;
  return (statement.principals->names(caller) == policy::Naming::kNot) == statement.not_principals;
}

void Match(const SourcePolicy& source, std::string_view type, const policy::Request& request,
           const policy::Principal& caller, policy::Effect effect, std::vector<MatchedStatement>& matched) {
  const auto extents = policy::StatementPositions(source.text);
  const auto& statements = source.document.statements();
  for (std::size_t i = 0; i < statements.size() && i < extents.size(); ++i) {
    if (statements[i].effect != effect || !statements[i].applies(request) || !Concerns(statements[i], caller)) continue;
    matched.push_back({source.id, type, extents[i]});
  }
}

/// As the policy writes it: the compiled one knows lower case only.
std::string Spelling(const std::string& text, const std::string& lower_key) {
  const std::string folded = sigv4::lower(text);
  const auto at = folded.find(lower_key);
  return at == std::string::npos ? lower_key : text.substr(at, lower_key.size());
}

}  // namespace

Result<SourcePolicy> ParseSource(std::string id, std::string text, policy::Kind kind) {
  auto parsed = policy::Document::Parse(text, kind);
  if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
    return aws::Error(InvalidInput, "Invalid Input Policy: " + invalid->message);
  }
  return SourcePolicy{std::move(id), std::move(text), std::get<policy::Document>(std::move(parsed))};
}

SimulatedDecision Simulate(const Simulation& simulation, const std::string& action, const std::string& resource) {
  const policy::Request request(action, resource, simulation.context);
  std::vector<const policy::Document*> identity;
  for (const SourcePolicy& source : simulation.identity) identity.push_back(&source.document);
  policy::Policies policies;
  policies.identity = identity;
  if (simulation.boundary) policies.boundary = &simulation.boundary->document;
  if (simulation.resource) policies.resource = &simulation.resource->document;
  policies.resource_account = simulation.resource_account;
  const policy::Decision decision = policy::Evaluate(simulation.caller, policies, request);

  SimulatedDecision result{action, resource, Name(decision.verdict), {}, std::nullopt};
  const policy::Effect effect =
      decision.verdict == Verdict::kExplicitDeny ? policy::Effect::kDeny : policy::Effect::kAllow;
  for (const SourcePolicy& source : simulation.identity) {
    Match(source, kIdentityType, request, simulation.caller, effect, result.matched);
  }
  if (simulation.resource) {
    Match(*simulation.resource, kResourceType, request, simulation.caller, effect, result.matched);
  }
  if (simulation.boundary) {
    const policy::Document* document = &simulation.boundary->document;
    policy::Policies alone;
    alone.identity = policy::Documents(&document, 1);
    result.allowed_by_boundary = policy::Evaluate(simulation.caller, alone, request).allowed();
    if (effect == policy::Effect::kDeny) {
      Match(*simulation.boundary, kIdentityType, request, simulation.caller, effect, result.matched);
    }
  }
  return result;
}

std::vector<std::string> ContextKeys(const std::vector<const SourcePolicy*>& policies) {
  std::vector<std::string> keys;
  std::set<std::string> seen;
  for (const SourcePolicy* source : policies) {
    for (const std::string& key : source->document.context_keys()) {
      if (seen.insert(key).second) keys.push_back(Spelling(source->text, key));
    }
  }
  return keys;
}

std::vector<std::string> MissingContextKeys(const Simulation& simulation) {
  std::vector<const SourcePolicy*> policies;
  for (const SourcePolicy& source : simulation.identity) policies.push_back(&source);
  if (simulation.boundary) policies.push_back(&*simulation.boundary);
  if (simulation.resource) policies.push_back(&*simulation.resource);
  auto keys = ContextKeys(policies);
  std::erase_if(keys, [&](const std::string& key) { return simulation.context.find(sigv4::lower(key)) != nullptr; });
  return keys;
}

}  // namespace keymill::iam
