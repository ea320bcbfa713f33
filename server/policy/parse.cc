#include <algorithm>
#include <array>
#include <set>

#include <boost/json.hpp>

#include "server/policy/bucket_rules.h"
#include "server/policy/complaints.h"
#include "server/policy/document.h"
#include "server/policy/rules.h"

namespace keymill::policy {
namespace {

namespace json = boost::json;

using Strings = std::vector<std::string>;

std::string_view View(const json::string& text) {
  return {text.data(), text.size()};
}
std::string_view View(json::string_view text) {
  return {text.data(), text.size()};
}

/// A string, or where AWS allows it a number or a boolean, as text.
std::optional<std::string> Scalar(const json::value& value, bool strings_only) {
  if (const json::string* text = value.if_string()) return std::string(View(*text));
  if (strings_only || !(value.is_bool() || value.is_number())) return std::nullopt;
  return json::serialize(value);
}

/// One scalar or a list of them.
std::optional<Strings> Scalars(const json::value& value, bool strings_only) {
  Strings out;
  const json::array* list = value.if_array();
  if (list == nullptr) {
    auto one = Scalar(value, strings_only);
    if (!one) return std::nullopt;
    out.push_back(*std::move(one));
    return out;
  }
  for (const json::value& item : *list) {
    auto one = Scalar(item, strings_only);
    if (!one) return std::nullopt;
    out.push_back(*std::move(one));
  }
  return out;
}

constexpr std::array<std::string_view, 9> kStatementFields = {
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"};

}  // namespace

/// Turns JSON into statements and throws Invalid, which never leaves this file, at the first mistake.
class Parser {
 public:
  /// `bucket`: whose policy it is to be; empty = judge the form only.
  explicit Parser(Kind kind, std::string_view bucket = {}) : kind_(kind), bucket_(bucket) {}

  Document parse(std::string_view text) {
    json::error_code error;
    const json::value root = json::parse({text.data(), text.size()}, error);
    if (error || !root.is_object()) refuse(kNotJson);
    const json::object& policy = root.get_object();
    for (const auto& member : policy) {
      const std::string_view name = View(member.key());
      if (name != "Version" && name != "Id" && name != "Statement") refuse(kUnknownField, name);
    }
    read_version(policy);
    if (const json::value* id = policy.if_contains("Id"); id != nullptr && !id->is_string()) refuse(kSyntax);
    const json::value* statements = policy.if_contains("Statement");
    if (statements == nullptr) refuse(kNoStatement);
    Document document;
    document.current_version_ = variables_;
    if (const json::array* list = statements->if_array()) {
      if (list->empty()) refuse(kNoStatement);
      for (const json::value& item : *list) document.statements_.push_back(read_statement(item));
    } else {
      document.statements_.push_back(read_statement(*statements));
    }
    return document;
  }

 private:
  [[noreturn]] void refuse(const Complaint& complaint, std::string_view value = {}) const {
    std::string text(complaint.text(kind_));
    if (text.ends_with(' ')) text += value;
    throw Invalid{std::move(text), std::string(value)};
  }

  void read_version(const json::object& policy) {
    const json::value* version = policy.if_contains("Version");
    if (version == nullptr) return;
    auto text = Scalar(*version, true);
    if (!text || (*text != "2012-10-17" && *text != "2008-10-17")) refuse(kVersion);
    variables_ = *text == "2012-10-17";
  }

  Statement read_statement(const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) refuse(kSyntax);
    for (const auto& member : *object) {
      const std::string_view name = View(member.key());
      if (std::find(kStatementFields.begin(), kStatementFields.end(), name) == kStatementFields.end()) {
        refuse(kUnknownField, name);
      }
    }
    Statement statement;
    written_ = {};
    read_sid(*object, statement);
    read_effect(*object, statement);
    read_principals(*object, statement);
    read_actions(*object, statement);
    read_resources(*object, statement);
    read_conditions(*object, statement);
    if (!bucket_.empty()) {
      written_.not_actions = statement.not_actions;
      written_.not_resources = statement.not_resources;
      if (auto invalid = CheckForBucket(written_, bucket_)) throw *invalid;
    }
    return statement;
  }

  void read_sid(const json::object& object, Statement& statement) {
    const json::value* sid = object.if_contains("Sid");
    if (sid == nullptr) return;
    auto text = Scalar(*sid, true);
    if (!text) refuse(kSyntax);
    if (auto invalid = CheckSid(kind_, *text)) throw *invalid;
    if (!text->empty() && !sids_.insert(*text).second) refuse(kRepeatedSid);
    statement.sid = *std::move(text);
  }

  void read_effect(const json::object& object, Statement& statement) const {
    const json::value* effect = object.if_contains("Effect");
    if (effect == nullptr) refuse(kNoEffect);
    auto text = Scalar(*effect, true);
    if (!text || (*text != "Allow" && *text != "Deny")) refuse(kBadEffect, text.value_or(""));
    statement.effect = *text == "Allow" ? Effect::kAllow : Effect::kDeny;
  }

  /// The values of `name` or of its complement `not_name`, of which a statement has one.
  std::optional<Strings> read_either(const json::object& object, std::string_view name, std::string_view not_name,
                                     bool& negated) const {
    const json::value* plain = object.if_contains({name.data(), name.size()});
    const json::value* complement = object.if_contains({not_name.data(), not_name.size()});
    if (plain != nullptr && complement != nullptr) refuse(kSyntax);
    if (plain == nullptr && complement == nullptr) return std::nullopt;
    negated = complement != nullptr;
    auto values = Scalars(negated ? *complement : *plain, true);
    if (!values) refuse(kSyntax);
    return values;
  }

  void read_actions(const json::object& object, Statement& statement) {
    auto actions = read_either(object, "Action", "NotAction", statement.not_actions);
    if (!actions || actions->empty()) refuse(kNoAction);
    for (const std::string& action : *actions) {
      if (auto invalid = CheckAction(kind_, action)) throw *invalid;
      statement.actions.emplace_back(Fold(action), Pattern::Syntax{});
    }
    written_.actions = *std::move(actions);
  }

  void read_resources(const json::object& object, Statement& statement) {
    auto resources = read_either(object, "Resource", "NotResource", statement.not_resources);
    if (kind_ == Kind::kTrust) {
      if (resources) throw Invalid{"Has prohibited field Resource", ""};
      return;
    }
    if (!resources || resources->empty()) refuse(kNoResource);
    for (const std::string& resource : *resources) {
      if (auto invalid = CheckResource(kind_, resource)) throw *invalid;
      statement.resources.emplace_back(resource, variables_);
    }
    written_.resources = *std::move(resources);
  }

  void read_principals(const json::object& object, Statement& statement) const {
    const json::value* principal = object.if_contains("Principal");
    const json::value* complement = object.if_contains("NotPrincipal");
    if (kind_ == Kind::kIdentity) {
      if (principal != nullptr || complement != nullptr) {
        throw Invalid{"Policy document should not specify a principal.", ""};
      }
      return;
    }
    if (kind_ == Kind::kTrust && complement != nullptr) {
      throw Invalid{"AssumeRole policy must not contain NotPrincipal field.", ""};
    }
    if (principal != nullptr && complement != nullptr) refuse(kSyntax);
    if (principal == nullptr && complement == nullptr) refuse(kNoPrincipal);
    statement.not_principals = complement != nullptr;
    statement.principals = read_principal_set(complement != nullptr ? *complement : *principal);
  }

  PrincipalSet read_principal_set(const json::value& value) const {
    PrincipalSet set;
    if (const json::string* text = value.if_string()) {
      if (View(*text) != "*") throw InvalidPrincipal(kind_, "", View(*text));
      set.add(PrincipalSet::Type::kEverybody, "*");
      return set;
    }
    const json::object* object = value.if_object();
    if (object == nullptr || object->empty()) refuse(kSyntax);
    for (const auto& member : *object) {
      const std::string_view type = View(member.key());
      auto values = Scalars(member.value(), true);
      if (!values) refuse(kSyntax);
      for (const std::string& text : *values) {
        auto known = PrincipalType(type);
        const bool fits = known && MayBePrincipal(kind_, *known, text) && set.add(*known, text);
        if (!fits) throw InvalidPrincipal(kind_, type, text);
      }
    }
    return set;
  }

  void read_conditions(const json::object& object, Statement& statement) {
    const json::value* conditions = object.if_contains("Condition");
    if (conditions == nullptr) return;
    const json::object* operators = conditions->if_object();
    if (operators == nullptr) refuse(kSyntax);
    for (const auto& op : *operators) {
      const json::object* keys = op.value().if_object();
      if (keys == nullptr) refuse(kSyntax);
      for (const auto& key : *keys) {
        auto values = Scalars(key.value(), false);
        if (!values) refuse(kSyntax);
        if (auto invalid = CheckConditionKey(kind_, View(key.key()))) throw *invalid;
        auto condition = Condition::Compile(View(op.key()), View(key.key()), *values, variables_);
        if (!condition) refuse(kBadCondition, View(op.key()));
        statement.conditions.push_back(*std::move(condition));
        written_.condition_keys.emplace_back(View(key.key()));
      }
    }
  }

  Kind kind_;
  std::string_view bucket_;
  WrittenStatement written_;  // the statement at hand
  bool variables_ = false;
  std::set<std::string> sids_;
};

std::variant<Document, Invalid> Document::Parse(std::string_view text, Kind kind) {
  try {
    return Parser(kind).parse(text);
  } catch (Invalid& invalid) {
    return std::move(invalid);
  }
}

std::variant<Document, Invalid> Document::ParseForBucket(std::string_view text, std::string_view bucket) {
  try {
    return Parser(Kind::kResource, bucket).parse(text);
  } catch (Invalid& invalid) {
    return std::move(invalid);
  }
}

}  // namespace keymill::policy
