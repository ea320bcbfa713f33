#include "server/iam/simulator.h"

#include <algorithm>
#include <numeric>

#include "server/aws/arn.h"
#include "server/iam/answer.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/policy_sources.h"
#include "server/iam/simulate.h"
#include "server/policy/bucket_rules.h"

namespace keymill::iam {
namespace {

constexpr std::string_view kTypes[] = {"string", "stringList", "numeric", "numericList", "boolean", "booleanList",
                                       "ip",     "ipList",     "binary",  "binaryList",  "date",    "dateList"};
// A body has room for more of either than anybody could wait for, or than fits in memory as pairs.
constexpr std::size_t kMaxContextEntries = 1000;
constexpr std::size_t kMaxSimulations = 100'000;
constexpr aws::ListField kPolicyInputs{"PolicyInputList"};
constexpr aws::ListField kBoundaryInputs{"PermissionsBoundaryPolicyInputList", 1};
constexpr aws::ListField kActionNames{"ActionNames"};
constexpr aws::ListField kResourceArns{"ResourceArns"};
constexpr aws::StringField kResourcePolicy{"ResourcePolicy", kDocumentRule};
constexpr aws::StringField kCallerArn{"CallerArn", {.min = 1, .max = 2048}};
constexpr aws::StringField kResourceOwner{"ResourceOwner", {.min = 1, .max = 2048}};
/// Only says which of EC2's kinds of launch is meant; the ARNs given are simulated as they are.
constexpr aws::StringField kResourceHandling{"ResourceHandlingOption", {.min = 1, .max = 64}};
constexpr aws::StringField kPolicySourceArn{"PolicySourceArn", kPolicyArnRule};
/// IAM's sentence on documents names parameters, not members of a list.
constexpr aws::StringRule kInputRule{
    .min = 1, .max = 131072, .matches = &IsDocumentText, .pattern = R"([\u0009\u000A\u000D\u0020-\u00FF]+)"};
constexpr aws::StringRule kActionRule{.min = 3, .max = 128};
constexpr aws::StringRule kResourceRule{.min = 1, .max = 2048};
constexpr std::string_view kEverything = "*";
constexpr std::size_t kMostDecisions = 10000;  ///< on one page
/// What this simulator would have to obey and does not know.
constexpr std::string_view kUnsupported[] = {"OrderedOrganizationPolicyInputList", "PolicyExclusionList"};

struct Inputs {
  std::vector<std::string> policies;
  std::vector<std::string> boundaries;
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::optional<std::string> resource_policy;
  std::optional<std::string> caller;
  std::optional<std::string> resource_owner;
  policy::Context context;
  std::optional<aws::Error> invalid;
  Page page;
};

/// A value that its type cannot hold would silently match nothing.
bool Fits(std::string_view type, const std::vector<std::string>& values) {
  if (!type.ends_with("List") && values.size() != 1) return false;
  return std::all_of(values.begin(), values.end(), [&](const std::string& value) {
    if (type.starts_with("numeric")) return policy::ReadNumber(value).has_value();
    if (type.starts_with("boolean")) return value == "true" || value == "false";
    if (type.starts_with("date")) return policy::ReadDate(value).has_value();
    return true;
  });
}

void ReadContext(const pipeline::Params& params, aws::Form& form, Inputs& inputs) {
  for (std::size_t number = 1;; ++number) {
    const std::string prefix = "ContextEntries.member." + std::to_string(number) + ".";
    if (!params.has(prefix + "ContextKeyName")) return;
    if (number > kMaxContextEntries) {
      inputs.invalid = aws::Error(
          InvalidInput, "The simulator takes no more than " + std::to_string(kMaxContextEntries) + " ContextEntries.");
      return;
    }
    const std::string key_name = prefix + "ContextKeyName";
    const std::string type_name = prefix + "ContextKeyType";
    const std::string values_name = prefix + "ContextKeyValues";
    const std::string key = form.required({key_name, {.min = 5, .max = 256}});
    const std::string type = form.required({type_name, {.values = kTypes}});
    auto values = form.strings({values_name}, StringRule{});
    if (!Fits(type, values) && !inputs.invalid) {
      inputs.invalid = aws::Error(InvalidInput, "Invalid context value(s) for key " + key + " of type " + type + ".");
    }
    inputs.context.set(key, std::move(values));
  }
}

Inputs ReadInputs(const pipeline::Params& params, aws::Form& form, bool policies_required) {
  Inputs inputs;
  inputs.policies = form.strings(kPolicyInputs, kInputRule, policies_required ? 1 : 0);
  inputs.boundaries = form.strings(kBoundaryInputs, kInputRule);
  inputs.actions = form.strings(kActionNames, kActionRule, 1);
  inputs.resources = form.strings(kResourceArns, kResourceRule);
  inputs.resource_policy = form.optional(kResourcePolicy);
  inputs.caller = form.optional(kCallerArn);
  inputs.resource_owner = form.optional(kResourceOwner);
  form.optional(kResourceHandling);
  ReadContext(params, form, inputs);
  inputs.page = ReadPage(form);
  for (const std::string& action : inputs.actions) {
    if (action.find(':') == std::string::npos && !inputs.invalid) {
      inputs.invalid = aws::Error(InvalidInput, "Invalid Action Name: " + action);
    }
  }
  if (inputs.actions.size() * std::max<std::size_t>(1, inputs.resources.size()) > kMaxSimulations) {
    inputs.invalid = aws::Error(InvalidInput, "The simulator takes no more than " + std::to_string(kMaxSimulations) +
                                                  " pairs of ActionNames and ResourceArns.");
  }
  const bool everything =
      std::find(inputs.resources.begin(), inputs.resources.end(), kEverything) != inputs.resources.end();
  if (everything && inputs.resources.size() > 1 && !inputs.invalid) {
    inputs.invalid = aws::Error(InvalidInput,
                                "Invalid resource input list: you cannot include both * and individual resources in "
                                "the resource list for a simulation.");
  }
  for (const auto& pair : params.all()) {
    for (std::string_view name : kUnsupported) {
      if (pair.first.starts_with(name)) {
        inputs.invalid = aws::Error(InvalidInput, "The simulator does not support " + std::string(name) + ".");
      }
    }
  }
  return inputs;
}

policy::Principal Caller(std::string_view text) {
  policy::Principal principal;
  principal.arn = text;
  if (auto arn = aws::Arn::Parse(text)) {
    principal.account = arn->account;
    if (arn->resource == "root") {
      principal.kind = policy::Principal::Kind::kRoot;
    } else if (arn->resource.starts_with("role/")) {
      principal.kind = policy::Principal::Kind::kAssumedRole;
      principal.role_arn = text;
    } else {
      principal.kind = policy::Principal::Kind::kUser;
    }
  }
  return principal;
}

/// Adds the request's own policies and facts to what the principal brings.
Result<> Complete(Simulation& simulation, const Inputs& inputs, const std::string& account) {
  for (std::size_t i = 0; i < inputs.policies.size(); ++i) {
    auto source = ParseSource("PolicyInputList." + std::to_string(i + 1), inputs.policies[i], policy::Kind::kIdentity);
    if (!source) return source.error();
    simulation.identity.push_back(*std::move(source));
  }
  if (!inputs.boundaries.empty()) {
    auto source = ParseSource("PermissionsBoundaryPolicyInputList.1", inputs.boundaries[0], policy::Kind::kIdentity);
    if (!source) return source.error();
    simulation.boundary = *std::move(source);
  }
  if (inputs.resource_policy) {
    if (simulation.caller.arn.empty() && !inputs.caller) {
      return aws::Error(InvalidInput, "CallerArn is required when ResourcePolicy is specified.");
    }
    auto source = ParseSource("ResourcePolicy", *inputs.resource_policy, policy::Kind::kResource);
    if (!source) {
      auto trust = ParseSource("ResourcePolicy", *inputs.resource_policy, policy::Kind::kTrust);
      if (!trust) return source.error();
      source = std::move(trust);
    }
    simulation.resource = *std::move(source);
  }
  if (inputs.caller) simulation.caller = Caller(*inputs.caller);
  if (simulation.caller.account.empty()) simulation.caller.account = account;
  if (simulation.caller.kind == policy::Principal::Kind::kAnonymous) {
    simulation.caller.kind = policy::Principal::Kind::kUser;
  }
  if (inputs.resource_owner) {
    auto arn = aws::Arn::Parse(*inputs.resource_owner);
    simulation.resource_account = arn ? std::string(arn->account) : *inputs.resource_owner;
  }
  simulation.context = inputs.context;
  return {};
}

void WriteMatched(aws::XmlWriter& xml, const std::vector<MatchedStatement>& statements) {
  const auto position = [&](std::string_view name, const policy::Position& at) {
    xml.open(name).number("Line", static_cast<std::int64_t>(at.line));
    xml.number("Column", static_cast<std::int64_t>(at.column)).close();
  };
  xml.open("MatchedStatements");
  for (const MatchedStatement& matched : statements) {
    xml.open("member").text("SourcePolicyId", matched.policy_id).text("SourcePolicyType", matched.policy_type);
    position("StartPosition", matched.extent.start);
    position("EndPosition", matched.extent.end);
    xml.close();
  }
  xml.close();
}

void WriteStrings(aws::XmlWriter& xml, std::string_view list, const std::vector<std::string>& values) {
  xml.open(list);
  for (const std::string& value : values) xml.text("member", value);
  xml.close();
}

void WriteDetails(aws::XmlWriter& xml, const SimulatedDecision& decision) {
  xml.open("EvalDecisionDetails");
  for (const auto& [type, verdict] : decision.details) {
    xml.open("entry").text("key", type).text("value", DecisionName(verdict)).close();
  }
  xml.close();
}

/// What a summary and the result for one resource have in common.
void WriteFindings(aws::XmlWriter& xml, const SimulatedDecision& decision, const std::vector<std::string>& missing) {
  WriteMatched(xml, decision.matched);
  WriteStrings(xml, "MissingContextValues", missing);
  if (!decision.allowed_by_boundary) return;
  xml.open("PermissionsBoundaryDecisionDetail");
  xml.boolean("AllowedByPermissionsBoundary", *decision.allowed_by_boundary).close();
}

/// One action. With several resources its own entry sums up and names their form, not one of them (the service model
/// says so of EvaluationResult); details are there between accounts, and empty within one unless no resource is named.
void WriteResult(aws::XmlWriter& xml, const Simulation& simulation, const std::string& action,
                 const std::vector<std::string>& resources, const std::vector<std::string>& missing) {
  std::vector<SimulatedDecision> decisions;
  for (const std::string& resource : resources) decisions.push_back(Simulate(simulation, action, resource));
  const SimulatedDecision summary = Summary(decisions);
  const bool everything = resources.front() == kEverything;
  xml.open("member").text("EvalActionName", action);
  xml.text("EvalResourceName", resources.size() == 1 ? resources.front() : policy::ResourceForm(action));
  xml.text("EvalDecision", DecisionName(summary.verdict));
  WriteFindings(xml, summary, missing);
  if (!everything || !summary.details.empty()) WriteDetails(xml, summary);
  if (!everything) {
    xml.open("ResourceSpecificResults");
    for (std::size_t i = 0; i < resources.size(); ++i) {
      xml.open("member").text("EvalResourceName", resources[i]);
      xml.text("EvalResourceDecision", DecisionName(decisions[i].verdict));
      WriteFindings(xml, decisions[i], missing);
      if (!decisions[i].details.empty()) WriteDetails(xml, decisions[i]);
      xml.close();
    }
    xml.close();
  }
  xml.close();
}

http::Response AnswerSimulation(const pipeline::Call& call, const Simulation& simulation, Inputs inputs) {
  if (inputs.resources.empty()) inputs.resources.emplace_back(kEverything);
  // IAM may return fewer results than asked for. An action may be named twice: their numbers tell them apart.
  inputs.page.limit = std::clamp<std::size_t>(kMostDecisions / inputs.resources.size(), 1, inputs.page.limit);
  std::vector<std::size_t> numbers(inputs.actions.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  const auto name = [](std::size_t number) { return std::to_string(number); };
  const bool truncated = Slice(numbers, inputs.page, name);
  const auto missing = MissingContextKeys(simulation);
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("EvaluationResults");
    for (const std::size_t number : numbers) {
      WriteResult(xml, simulation, inputs.actions[number], inputs.resources, missing);
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? name(numbers.back()) : std::string());
  });
}

http::Response AnswerKeys(const pipeline::Call& call, const std::vector<SourcePolicy>& sources) {
  std::vector<const SourcePolicy*> policies;
  for (const SourcePolicy& source : sources) policies.push_back(&source);
  return Answer(call, [&](aws::XmlWriter& xml) { WriteStrings(xml, "ContextKeyNames", ContextKeys(policies)); });
}

}  // namespace

Task<Result<http::Response>> SimulateCustomPolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  Inputs inputs = ReadInputs(call.params(), form, true);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (inputs.invalid) co_return *inputs.invalid;
  Simulation simulation;
  auto complete = Complete(simulation, inputs, call.identity().account);
  if (!complete) co_return complete.error();
  co_return AnswerSimulation(call, simulation, std::move(inputs));
}

Task<Result<http::Response>> SimulatePrincipalPolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string source_arn = form.required(kPolicySourceArn);
  Inputs inputs = ReadInputs(call.params(), form, false);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (inputs.invalid) co_return *inputs.invalid;
  auto find = [&](const store::Reader& reader) -> Result<PrincipalSources> {
    return SourcesOf(reader, call.identity().account, source_arn);
  };
  auto sources = co_await call.read(find);
  if (!sources) co_return sources.error();
  Simulation simulation;
  simulation.identity = std::move(sources->identity);
  simulation.boundary = std::move(sources->boundary);
  simulation.caller = Caller(source_arn);
  auto complete = Complete(simulation, inputs, call.identity().account);
  if (!complete) co_return complete.error();
  co_return AnswerSimulation(call, simulation, std::move(inputs));
}

Task<Result<http::Response>> GetContextKeysForCustomPolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto texts = form.strings(kPolicyInputs, kInputRule, 1);
  if (auto refusal = form.refusal()) co_return *refusal;
  std::vector<SourcePolicy> sources;
  for (const std::string& text : texts) {
    auto source = ParseSource("PolicyInputList", text, policy::Kind::kIdentity);
    if (!source) co_return source.error();
    sources.push_back(*std::move(source));
  }
  co_return AnswerKeys(call, sources);
}

Task<Result<http::Response>> GetContextKeysForPrincipalPolicy(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string source_arn = form.required(kPolicySourceArn);
  const auto texts = form.strings(kPolicyInputs, kInputRule);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<PrincipalSources> {
    return SourcesOf(reader, call.identity().account, source_arn);
  };
  auto sources = co_await call.read(find);
  if (!sources) co_return sources.error();
  for (const std::string& text : texts) {
    auto source = ParseSource("PolicyInputList", text, policy::Kind::kIdentity);
    if (!source) co_return source.error();
    sources->identity.push_back(*std::move(source));
  }
  co_return AnswerKeys(call, sources->identity);
}

}  // namespace keymill::iam
