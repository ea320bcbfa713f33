#include "server/policy/document.h"

#include <algorithm>

namespace keymill::policy {

Request::Request(std::string_view action_name, std::string_view resource_arn, const Context& request_context)
    : action(Fold(action_name)),
      resource(resource_arn),
      parts(ArnParts::Split(resource_arn)),
      context(request_context) {}

bool Statement::applies(const Request& request) const {
  const bool action_named = std::any_of(actions.begin(), actions.end(), [&](const Pattern& pattern) {
    return pattern.matches(request.action, request.context);
  });
  if (action_named == not_actions) return false;
  if (!resources.empty()) {
    const bool resource_named = std::any_of(resources.begin(), resources.end(), [&](const ArnPattern& pattern) {
      return pattern.matches(request.resource, request.parts, request.context);
    });
    if (resource_named == not_resources) return false;
    // A variable without a value makes the element match nothing, and its complement too.
    if (not_resources && std::any_of(resources.begin(), resources.end(),
                                     [&](const ArnPattern& pattern) { return !pattern.resolvable(request.context); })) {
      return false;
    }
  }
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return condition.holds(request.context); });
}

std::vector<std::string> Document::context_keys() const {
  std::vector<std::string> keys;
  for (const Statement& statement : statements_) {
    for (const Condition& condition : statement.conditions) {
      auto more = condition.context_keys();
      keys.insert(keys.end(), more.begin(), more.end());
    }
    for (const ArnPattern& resource : statement.resources) {
      auto more = resource.variables();
      keys.insert(keys.end(), more.begin(), more.end());
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

bool Document::grants_service(std::string_view prefix) const {
  // No action has this name, so only a pattern for all of the service's actions matches it.
  const std::string any = std::string(prefix) + '\x7f';
  return std::any_of(statements_.begin(), statements_.end(), [&](const Statement& statement) {
    if (statement.effect != Effect::kAllow) return false;
    if (statement.not_actions) {
      return std::none_of(statement.actions.begin(), statement.actions.end(),
                          [&](const Pattern& pattern) { return pattern.matches(any, Context()); });
    }
    return std::any_of(statement.actions.begin(), statement.actions.end(),
                       [&](const Pattern& pattern) { return pattern.may_match_prefix(prefix); });
  });
}

void Document::bind_principal(std::string_view arn, std::string_view unique_id) {
  for (Statement& statement : statements_) {
    if (statement.principals) statement.principals->bind(arn, unique_id);
  }
}

bool Document::allows_everybody() const {
  // The keys that S3 accepts as a fence around a public grant.
  static constexpr std::string_view kFences[] = {"aws:sourceip",         "aws:principalarn",
                                                 "aws:principalaccount", "aws:principalorgid",
                                                 "aws:userid",           "aws:sourcearn",
                                                 "aws:sourceaccount",    "aws:sourcevpce",
                                                 "aws:sourcevpc",        "s3:dataaccesspointaccount",
                                                 "s3:dataaccesspointarn"};
  return std::any_of(statements_.begin(), statements_.end(), [](const Statement& statement) {
    if (statement.effect != Effect::kAllow || !statement.principals) return false;
    if (!statement.not_principals && !statement.principals->names_everybody()) return false;
    return std::none_of(statement.conditions.begin(), statement.conditions.end(), [](const Condition& condition) {
      return condition.pins() &&
             std::find(std::begin(kFences), std::end(kFences), condition.key()) != std::end(kFences);
    });
  });
}

}  // namespace keymill::policy
