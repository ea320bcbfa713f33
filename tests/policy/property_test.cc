// Random policies and requests, decided by the engine and by the slow evaluator.

#include <random>

#include <gtest/gtest.h>

#include "server/policy/evaluate.h"
#include "tests/policy/slow_evaluator.h"

namespace keymill::policy {
namespace {

namespace json = boost::json;

/// Draws from alphabets so small that patterns, names and values meet often.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  slow::Question question() {
    slow::Question q;
    q.kind = pick({"anonymous", "root", "user", "user", "role", "role", "federated"});
    if (q.kind != "anonymous") q.account = pick({"111122223333", "444455556666"});
    q.resource_account = pick({"111122223333", "111122223333", "444455556666"});
    if (q.kind == "root") q.arn = "arn:aws:iam::" + q.account + ":root";
    if (q.kind == "user") q.arn = "arn:aws:iam::" + q.account + ":user/" + pick({"a", "b"});
    if (q.kind == "federated") q.arn = "arn:aws:sts::" + q.account + ":federated-user/" + pick({"a", "b"});
    if (q.kind == "role") {
      q.role_arn = "arn:aws:iam::" + q.account + ":role/r";
      q.arn = "arn:aws:sts::" + q.account + ":assumed-role/r/" + pick({"s", "t"});
    }
    if (q.kind == "user" || q.kind == "federated")
      q.entity_id = pick({"AIDAAAAAAAAAAAAAAAAAA", "AIDABBBBBBBBBBBBBBBBB"});
    if (q.kind == "role") q.entity_id = pick({"AROAAAAAAAAAAAAAAAAAA", "AROABBBBBBBBBBBBBBBBB"});
    if (chance(3)) q.bound["arn:aws:iam::111122223333:user/a"] = "AIDAAAAAAAAAAAAAAAAAA";
    if (chance(3)) q.bound["arn:aws:iam::111122223333:role/r"] = "AROAAAAAAAAAAAAAAAAAA";
    q.resource_grants = !chance(6);
    if (chance(6)) q.listed = q.kind == "anonymous" || chance(2) ? 3 : 1;
    q.action = pick({"s3:GetObject", "s3:PutObject", "iam:GetUser"});
    q.resource =
        pick({"arn:aws:s3:::b/a", "arn:aws:s3:::b/a/b", "arn:aws:s3:::b", "arn:aws:iam::111122223333:user/a", "*"});
    for (std::string key : {"aws:username", "s3:prefix", "aws:tagkeys", "s3:max-keys", "aws:securetransport"}) {
      if (!chance(2)) continue;
      std::size_t count = key == "aws:tagkeys" ? below(4) : 1;
      for (q.values[key]; count > 0; --count) q.values[key].push_back(value());
    }
    for (std::size_t n = below(3); n > 0; --n) q.identity.push_back(policy(false));
    if (chance(4)) q.boundary.push_back(policy(false));
    if (chance(2)) q.bucket.push_back(policy(true));
    if (q.kind != "user" && chance(3)) {
      q.has_session = true;
      q.session.push_back(policy(false));
    }
    return q;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool chance(std::size_t n) { return below(n) == 0; }
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }
  std::string value() { return pick({"", "a", "b", "A", "a/b", "5", "10", "true", "arn:aws:s3:::b", "*"}); }

  json::array some(const std::vector<std::string>& from) {
    json::array list;
    for (std::size_t n = 1 + below(2); n > 0; --n) list.emplace_back(pick(from));
    return list;
  }

  json::object condition() {
    std::string op = pick({"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
                           "StringNotEqualsIgnoreCase", "ArnLike", "ArnNotLike", "Bool", "Null"});
    std::string key = pick({"aws:username", "S3:prefix", "aws:TagKeys", "aws:SecureTransport", "aws:absent"});
    json::array operands = some({"a", "A", "a*", "?", "*", "${aws:username}", "x${aws:username}*", "${aws:absent}",
                                 "arn:aws:*:::b", "true", "false", "${*}"});
    if (op == "Null") {
      operands = some({"true", "false"});
    } else if (op == "Bool") {
      operands = some({"true", "False"});
    } else {
      if (chance(3)) op += "IfExists";
      if (chance(3)) op = pick({"ForAllValues:", "ForAnyValue:"}) + op;
    }
    if (chance(5)) {
      op = pick({"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"});
      key = "s3:numbers-only";
      operands = some({"5", "10"});
    }
    json::object keys;
    keys[key] = operands;
    json::object out;
    out[op] = keys;
    return out;
  }

  json::object statement(bool with_principal) {
    json::object out;
    out["Effect"] = chance(4) ? "Deny" : "Allow";
    out[chance(6) ? "NotAction" : "Action"] =
        with_principal ? some({"s3:*", "S3:GetObject", "s3:?etObject", "s3:Put*", "*"})
                       : some({"*", "s3:*", "s3:Get*", "S3:GETOBJECT", "iam:*", "s3:?utObject", "*:Get*"});
    out[chance(6) ? "NotResource" : "Resource"] =
        with_principal ? some({"arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}", "*"})
                       : some({"*", "arn:aws:s3:::b/*", "arn:aws:s3:::*", "arn:aws:s3:::b/a*", "arn:aws:s3:::b/?",
                               "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/${aws:username}/*",
                               "arn:aws:iam::*:user/*", "arn:*:s3:*:*:*a"});
    if (with_principal) {
      json::object named;
      named["AWS"] = some({"*", "111122223333", "444455556666", "arn:aws:iam::111122223333:user/a",
                           "arn:aws:iam::111122223333:role/r", "arn:aws:sts::111122223333:assumed-role/r/s",
                           "arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:federated-user/a",
                           "AIDAAAAAAAAAAAAAAAAAA", "AROABBBBBBBBBBBBBBBBB"});
      json::value principal = chance(5) ? json::value("*") : json::value(named);
      const bool complement = out["Effect"] == "Deny" && chance(3) && principal.is_object();
      out[complement ? "NotPrincipal" : "Principal"] = principal;
    }
    if (chance(2)) out["Condition"] = condition();
    return out;
  }

  json::object policy(bool with_principal) {
    json::object out;
    if (!chance(4)) out["Version"] = chance(4) ? "2008-10-17" : "2012-10-17";
    json::array statements;
    for (std::size_t n = 1 + below(3); n > 0; --n) statements.push_back(statement(with_principal));
    out["Statement"] = statements;
    return out;
  }

  std::mt19937 random_;
};

std::string EngineAnswer(const slow::Question& q) {
  auto compile = [](const std::vector<json::object>& texts, Kind kind) {
    std::vector<Document> documents;
    for (const json::object& text : texts) {
      auto parsed = Document::Parse(json::serialize(text), kind);
      if (auto* invalid = std::get_if<Invalid>(&parsed)) {
        throw std::runtime_error(invalid->message + " " + json::serialize(text));
      }
      documents.push_back(std::get<Document>(std::move(parsed)));
    }
    return documents;
  };
  auto pointers = [](const std::vector<Document>& documents) {
    std::vector<const Document*> out;
    for (const Document& document : documents) out.push_back(&document);
    return out;
  };
  const auto identity = compile(q.identity, Kind::kIdentity), boundary = compile(q.boundary, Kind::kIdentity);
  const auto session = compile(q.session, Kind::kIdentity);
  auto bucket = compile(q.bucket, Kind::kResource);
  for (Document& document : bucket) {
    for (const auto& [arn, id] : q.bound) document.bind_principal(arn, id);
  }
  const auto identity_pointers = pointers(identity), session_pointers = pointers(session);

  Principal principal;
  using Who = Principal::Kind;
  principal.kind = q.kind == "anonymous" ? Who::kAnonymous
                   : q.kind == "root"    ? Who::kRoot
                   : q.kind == "user"    ? Who::kUser
                   : q.kind == "role"    ? Who::kAssumedRole
                                         : Who::kFederatedUser;
  principal.account = q.account;
  principal.arn = q.arn;
  principal.role_arn = q.role_arn;
  principal.entity_id = q.entity_id;
  Policies policies;
  policies.identity = identity_pointers;
  if (!boundary.empty()) policies.boundary = &boundary[0];
  if (!bucket.empty()) policies.resource = &bucket[0];
  if (q.has_session) policies.session = session_pointers;
  policies.resource_account = q.resource_account;
  policies.resource_grants = q.resource_grants;
  policies.listed = q.listed == 0 ? Naming::kNot : q.listed == 1 ? Naming::kAccount : Naming::kSelf;
  Context context;
  for (const auto& [key, values] : q.values) context.set(key, values);
  const Decision decision = Evaluate(principal, policies, Request(q.action, q.resource, context));
  if (decision.allowed()) return "allow";
  static constexpr const char* kSources[] = {"none", "identity", "resource", "boundary", "session"};
  return std::string(decision.verdict == Decision::Verdict::kExplicitDeny ? "deny " : "lack ") +
         kSources[static_cast<int>(decision.source)];
}

std::string Describe(const slow::Question& q) {
  std::string text =
      q.kind + " " + q.arn + " " + q.entity_id + " " + q.action + " " + q.resource + " of " + q.resource_account;
  for (const auto& [arn, id] : q.bound) text += "\n" + arn + " means " + id;
  if (!q.resource_grants) text += "\nthe bucket's policy cannot grant";
  if (q.listed > 0) text += "\nlisted: " + std::to_string(q.listed);
  for (const auto& [key, values] : q.values) {
    text += "\n" + key + " =";
    for (const auto& value : values) text += " '" + value + "'";
  }
  for (const auto& [name, list] : {std::pair{"identity", &q.identity}, std::pair{"boundary", &q.boundary},
                                   std::pair{"session", &q.session}, std::pair{"bucket", &q.bucket}}) {
    for (const auto& policy : *list) text += "\n" + std::string(name) + " " + json::serialize(policy);
  }
  return text;
}

TEST(RandomPolicies, AreDecidedAsTheSlowEvaluatorDoes) {
  std::map<std::string, int> seen;
  for (unsigned seed = 0; seed < 8000; ++seed) {
    const slow::Question question = Generator(seed).question();
    const std::string expected = slow::Answer(question);
    ++seen[expected];
    ASSERT_EQ(EngineAnswer(question), expected) << "seed " << seed << "\n" << Describe(question);
  }
  EXPECT_EQ(seen.size(), 9u) << "every outcome must have come up";
}

}  // namespace
}  // namespace keymill::policy
