#include "server/iam/simulate.h"

#include <algorithm>
#include <set>

#include "server/iam/errors.h"

namespace keymill::iam {
namespace {

using Verdict = SimulatedDecision::Verdict;

constexpr std::string_view kIdentityType = "IAM Policy";
constexpr std::string_view kResourceType = "Resource Policy";
constexpr std::string_view kBoundaryType = "Permissions Boundary Policy";

/// Whether a statement of a resource policy speaks about the caller; others speak about nobody.
bool Concerns(const policy::Statement& statement, const policy::Principal& caller) {
  if (!statement.principals) return true;
  return (statement.principals->names(caller) == policy::Naming::kNot) == statement.not_principals;
}

/// What a policy says by itself.
Verdict Says(const SourcePolicy& source, const policy::Request& request, const policy::Principal& caller) {
  Verdict verdict = Verdict::kImplicitDeny;
  for (const policy::Statement& statement : source.document.statements()) {
    if (!statement.applies(request) || !Concerns(statement, caller)) continue;
    if (statement.effect == policy::Effect::kDeny) return Verdict::kExplicitDeny;
    verdict = Verdict::kAllow;
  }
  return verdict;
}

void Match(const SourcePolicy& source, std::string_view type, const policy::Request& request,
           const policy::Principal& caller, policy::Effect effect, std::vector<MatchedStatement>& matched) {
  const auto& statements = source.document.statements();
  for (std::size_t i = 0; i < statements.size() && i < source.extents.size(); ++i) {
    if (statements[i].effect != effect || !statements[i].applies(request) || !Concerns(statements[i], caller)) continue;
    matched.push_back({source.id, type, source.extents[i]});
  }
}

/// The simulator does not look at trust policies (the AWS CLI's issue 10314).
const SourcePolicy* ResourcePolicyFor(const Simulation& simulation, std::string_view action) {
  if (!simulation.resource || policy::Fold(action).starts_with("sts:assume")) return nullptr;
  return &*simulation.resource;
}

/// The more restrictive of two.
Verdict Stricter(Verdict a, Verdict b) {
  if (a == Verdict::kExplicitDeny || b == Verdict::kExplicitDeny) return Verdict::kExplicitDeny;
  return a == Verdict::kImplicitDeny ? a : b;
}

/// The place of a key in a policy's text; npos if it is not spelled out there.
std::size_t Find(std::string_view folded_text, std::string_view lower_key) {
  constexpr std::string_view kAround = "\"{}, ";
  for (std::size_t at = folded_text.find(lower_key); at != std::string_view::npos;
       at = folded_text.find(lower_key, at + 1)) {
    const std::size_t end = at + lower_key.size();
    const bool begins = at > 0 && kAround.find(folded_text[at - 1]) != std::string_view::npos;
    if (begins && end < folded_text.size() && kAround.find(folded_text[end]) != std::string_view::npos) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view DecisionName(Verdict verdict) {
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

Result<SourcePolicy> ParseSource(std::string id, std::string text, policy::Kind kind) {
  auto parsed = policy::Document::Parse(text, kind);
  if (auto* invalid = std::get_if<policy::Invalid>(&parsed)) {
    return aws::Error(InvalidInput, "Invalid Input Policy: " + invalid->message);
  }
  auto extents = policy::StatementPositions(text);
  return SourcePolicy{std::move(id), std::move(text), std::get<policy::Document>(std::move(parsed)),
                      std::move(extents)};
}

SimulatedDecision Simulate(const Simulation& simulation, const std::string& action, const std::string& resource) {
  const policy::Principal& caller = simulation.caller;
  const policy::Request request(action, resource, simulation.context);
  const SourcePolicy* of_resource = ResourcePolicyFor(simulation, action);
  std::vector<const policy::Document*> identity;
  for (const SourcePolicy& source : simulation.identity) identity.push_back(&source.document);
  policy::Policies policies;
  policies.identity = identity;
  if (simulation.boundary) policies.boundary = &simulation.boundary->document;
  if (of_resource != nullptr) policies.resource = &of_resource->document;
  policies.resource_account = simulation.resource_account;

  SimulatedDecision result{policy::Evaluate(caller, policies, request).verdict};
  const policy::Effect effect =
      result.verdict == Verdict::kExplicitDeny ? policy::Effect::kDeny : policy::Effect::kAllow;
  if (result.verdict != Verdict::kImplicitDeny) {
    for (const SourcePolicy& source : simulation.identity) {
      Match(source, kIdentityType, request, caller, effect, result.matched);
    }
    if (of_resource != nullptr) Match(*of_resource, kResourceType, request, caller, effect, result.matched);
  }

  if (simulation.boundary) {
    result.allowed_by_boundary = Says(*simulation.boundary, request, caller) == Verdict::kAllow;
    if (effect == policy::Effect::kDeny) {
      Match(*simulation.boundary, kBoundaryType, request, caller, effect, result.matched);
    }
  }
  if (simulation.resource_account.empty() || simulation.resource_account == caller.account) return result;
  Verdict own = Verdict::kImplicitDeny;
  for (const SourcePolicy& source : simulation.identity) {
    const Verdict said = Says(source, request, caller);
    own = said == Verdict::kImplicitDeny || own == Verdict::kExplicitDeny ? own : said;
  }
  result.details.emplace_back(kIdentityType, own);
  if (of_resource != nullptr) result.details.emplace_back(kResourceType, Says(*of_resource, request, caller));
  if (simulation.boundary) {
    result.details.emplace_back(kBoundaryType, Says(*simulation.boundary, request, caller));
  }
  return result;
}

SimulatedDecision Summary(const std::vector<SimulatedDecision>& decisions) {
  SimulatedDecision all = decisions.front();
  all.matched.clear();
  for (const SimulatedDecision& one : decisions) {
    all.verdict = Stricter(all.verdict, one.verdict);
    if (one.allowed_by_boundary == false) all.allowed_by_boundary = false;
    for (std::size_t i = 0; i < one.details.size(); ++i) {
      all.details[i].second = Stricter(all.details[i].second, one.details[i].second);
    }
  }
  for (const SimulatedDecision& one : decisions) {
    if (one.verdict != all.verdict) continue;
    for (const MatchedStatement& matched : one.matched) {
      if (std::find(all.matched.begin(), all.matched.end(), matched) == all.matched.end())
        all.matched.push_back(matched);
    }
  }
  return all;
}

std::vector<std::string> ContextKeys(const std::vector<const SourcePolicy*>& policies) {
  std::vector<std::string> keys;
  std::set<std::string> seen;
  for (const SourcePolicy* source : policies) {
    const std::string folded = policy::Fold(source->text);
    std::vector<std::pair<std::size_t, std::string>> placed;
    for (std::string& key : source->document.context_keys()) {
      const std::size_t at = Find(folded, key);
      if (seen.insert(key).second) placed.emplace_back(at, std::move(key));
    }
    std::sort(placed.begin(), placed.end());
    for (auto& [at, key] : placed) {
      keys.push_back(at == std::string::npos ? std::move(key) : source->text.substr(at, key.size()));
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
  std::erase_if(keys, [&](const std::string& key) { return simulation.context.find(policy::Fold(key)) != nullptr; });
  return keys;
}

}  // namespace keymill::iam
