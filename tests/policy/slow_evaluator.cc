#include "tests/policy/slow_evaluator.h"

#include <algorithm>
#include <cstdlib>

namespace keymill::policy::slow {
namespace {

namespace json = boost::json;
using List = std::vector<std::string>;

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

List Items(const json::value& value) {
  List out;
  if (value.is_array()) {
    for (const auto& item : value.get_array()) out.push_back(std::string(item.as_string().c_str()));
  } else {
    out.push_back(std::string(value.as_string().c_str()));
  }
  return out;
}

// A pattern as a list of steps: one character, "*" or "?" with wild set.
struct Step {
  char c;
  bool wild;
};

bool Walk(const std::vector<Step>& steps, std::size_t s, const std::string& text, std::size_t t) {
  if (s == steps.size()) return t == text.size();
  if (steps[s].wild && steps[s].c == '*') {
    for (std::size_t next = t; next <= text.size(); ++next) {
      if (Walk(steps, s + 1, text, next)) return true;
    }
    return false;
  }
  if (t == text.size()) return false;
  if (steps[s].wild) return Walk(steps, s + 1, text, t + 1);
  return steps[s].c == text[t] && Walk(steps, s + 1, text, t + 1);
}

// False if a variable has no single value.
bool Steps(const std::string& pattern, bool wildcards, bool variables, const Values& values, std::vector<Step>& out) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    std::size_t end = pattern.find('}', i);
    if (variables && pattern.compare(i, 2, "${") == 0 && end != std::string::npos) {
      std::string name = pattern.substr(i + 2, end - i - 2);
      i = end;
      if (name == "*" || name == "?" || name == "$") {
        out.push_back({name[0], false});
        continue;
      }
      auto found = values.find(Lower(name));
      if (found == values.end() || found->second.size() != 1) return false;
      for (char c : found->second[0]) out.push_back({c, false});
      continue;
    }
    out.push_back({pattern[i], wildcards && (pattern[i] == '*' || pattern[i] == '?')});
  }
  return true;
}

bool Match(const std::string& pattern, const std::string& text, bool wildcards, bool variables, const Values& values) {
  std::vector<Step> steps;
  return Steps(pattern, wildcards, variables, values, steps) && Walk(steps, 0, text, 0);
}

bool Resolvable(const std::string& pattern, bool variables, const Values& values) {
  std::vector<Step> steps;
  return Steps(pattern, true, variables, values, steps);
}

List Colons(const std::string& arn) {
  List parts;
  std::size_t from = 0;
  while (parts.size() < 5) {
    std::size_t colon = arn.find(':', from);
    if (colon == std::string::npos) break;
    parts.push_back(arn.substr(from, colon - from));
    from = colon + 1;
  }
  parts.push_back(arn.substr(from));
  return parts;
}

bool MatchArn(const std::string& pattern, const std::string& arn, bool variables, const Values& values) {
  if (pattern == "*") return true;
  List a = Colons(pattern), b = Colons(arn);
  if (a.size() != 6 || b.size() != 6) return false;
  for (std::size_t i = 0; i < 6; ++i) {
    if (!Match(a[i], b[i], true, variables && i == 5, values)) return false;
  }
  return true;
}

bool Compare(const std::string& op, const std::string& operand, const std::string& value, bool variables,
             const Values& values) {
  if (op == "StringEquals") return Match(operand, value, false, variables, values);
  if (op == "StringLike") return Match(operand, value, true, variables, values);
  if (op == "StringEqualsIgnoreCase") return Match(Lower(operand), Lower(value), false, variables, values);
  if (op == "ArnLike") return MatchArn(operand, value, variables, values);
  if (op == "Bool") return Lower(operand) == Lower(value);
  if (op == "NumericEquals") return std::atof(value.c_str()) == std::atof(operand.c_str());
  if (op == "NumericLessThan") return std::atof(value.c_str()) < std::atof(operand.c_str());
  if (op == "NumericGreaterThanEquals") return std::atof(value.c_str()) >= std::atof(operand.c_str());
  std::abort();
}

bool Condition(std::string op, const std::string& key, const List& operands, bool variables, const Values& values) {
  std::string set;
  for (std::string prefix : {"ForAllValues:", "ForAnyValue:"}) {
    if (op.compare(0, prefix.size(), prefix) == 0) {
      set = prefix;
      op = op.substr(prefix.size());
    }
  }
  bool if_exists = op.size() > 8 && op.substr(op.size() - 8) == "IfExists";
  if (if_exists) op = op.substr(0, op.size() - 8);
  auto found = values.find(Lower(key));
  bool absent = found == values.end() || found->second.empty();
  bool empty = absent;
  if (!set.empty() && !absent) {
    empty = true;
    for (const std::string& value : found->second) empty = empty && value.empty();
  }
  if (op == "Null") return std::count(operands.begin(), operands.end(), absent ? "true" : "false") > 0;
  std::size_t no = op.find("Not");
  bool negated = no != std::string::npos;
  if (negated) op.erase(no, 3);
  if (empty && if_exists) return true;
  if (empty) return set == "ForAllValues:" ? true : set == "ForAnyValue:" ? false : negated;
  std::size_t satisfied = 0;
  for (const std::string& value : found->second) {
    bool equal = false;
    for (const std::string& operand : operands) equal = equal || Compare(op, operand, value, variables, values);
    if (equal != negated) ++satisfied;
  }
  bool all = set == "ForAllValues:" || (set.empty() && negated);
  return all ? satisfied == found->second.size() : satisfied > 0;
}

/// 0 not named, 1 the account, 2 the role, 3 itself.
int Naming(const json::value& principal, const Question& q) {
  if (principal.is_string()) return 3;
  int best = 0;
  for (const std::string& text : Items(principal.as_object().at("AWS"))) {
    int level = 0;
    if (text == "*") {
      level = 3;
    } else if (q.bound.count(text) > 0) {
      if (q.bound.at(text) == q.entity_id) level = q.kind == "user" ? 3 : 2;
    } else if (q.kind != "anonymous") {
      if (!q.entity_id.empty() && text == q.entity_id) level = q.kind == "user" ? 3 : 2;
      if (text == q.account || text == "arn:aws:iam::" + q.account + ":root") level = 1;
      if (text == q.role_arn) level = 2;
      if (text == q.arn && q.kind != "root") level = 3;
    }
    best = std::max(best, level);
  }
  return best;
}

bool Applies(const json::object& statement, bool variables, const Question& q) {
  bool negative = statement.contains("NotAction");
  bool named = false;
  for (const std::string& action : Items(statement.at(negative ? "NotAction" : "Action"))) {
    named = named || Match(Lower(action), Lower(q.action), true, false, q.values);
  }
  if (named == negative) return false;
  negative = statement.contains("NotResource");
  named = false;
  for (const std::string& resource : Items(statement.at(negative ? "NotResource" : "Resource"))) {
    named = named || MatchArn(resource, q.resource, variables, q.values);
    if (negative && !Resolvable(Colons(resource).back(), variables, q.values)) return false;
  }
  if (named == negative) return false;
  if (!statement.contains("Condition")) return true;
  for (const auto& op : statement.at("Condition").as_object()) {
    for (const auto& key : op.value().as_object()) {
      if (!Condition(op.key(), key.key(), Items(key.value()), variables, q.values)) return false;
    }
  }
  return true;
}

struct Found {
  bool deny = false;
  bool allow = false;
  int naming = 0;
};

Found Look(const std::vector<json::object>& policies, const Question& q, bool principals) {
  Found found;
  for (const json::object& policy : policies) {
    bool variables = policy.contains("Version") && policy.at("Version").as_string() == "2012-10-17";
    for (const auto& item : policy.at("Statement").as_array()) {
      const json::object& statement = item.as_object();
      int naming = 3;
      if (principals) {
        if (statement.contains("NotPrincipal")) {
          const int named = Naming(statement.at("NotPrincipal"), q);
          naming = q.boundary.empty() && (named > 1 || (named == 1 && q.kind == "root")) ? 0 : 3;
        } else {
          naming = Naming(statement.at("Principal"), q);
        }
      }
      if (naming == 0 || !Applies(statement, variables, q)) continue;
      if (statement.at("Effect").as_string() == "Deny") {
        found.deny = true;
      } else {
        found.allow = true;
        found.naming = std::max(found.naming, naming);
      }
    }
  }
  return found;
}

}  // namespace

std::string Answer(const Question& q) {
  Found identity = Look(q.identity, q, false);
  Found boundary = Look(q.boundary, q, false);
  Found session = Look(q.session, q, false);
  Found bucket = Look(q.bucket, q, true);
  if (!q.resource_grants) {
    bucket.allow = false;
    bucket.naming = 0;
  }
  if (q.listed > 0) bucket.allow = true;
  bucket.naming = std::max(bucket.naming, q.listed);
  if (identity.deny) return "deny identity";
  if (bucket.deny) return "deny resource";
  if (boundary.deny) return "deny boundary";
  if (session.deny) return "deny session";
  if (q.kind == "anonymous") return bucket.allow ? "allow" : "lack resource";
  bool same = q.account == q.resource_account;
  if (!same && !bucket.allow) return "lack resource";
  if (q.kind == "root" && !q.has_session) return "allow";
  if (same && bucket.naming == 3) return "allow";
  if (!identity.allow && !(same && bucket.naming == 2)) return "lack identity";
  if (!q.boundary.empty() && !boundary.allow) return "lack boundary";
  if ((q.has_session || q.kind == "federated") && !session.allow) return "lack session";
  return "allow";
}

}  // namespace keymill::policy::slow
