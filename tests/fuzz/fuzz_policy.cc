// Policies: nothing crashes or hangs, neither reading nor deciding, and a policy alone allows only what one of its own
// statements allows and none denies. The first octet says what kind of policy the rest is.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/policy/evaluate.h"

namespace {

namespace policy = keymill::policy;

policy::Principal Bob() {
  policy::Principal bob;
  bob.kind = policy::Principal::Kind::kUser;
  bob.account = "111122223333";
  bob.arn = "arn:aws:iam::111122223333:user/bob";
  bob.entity_id = "AIDAQNZGKIQY56JQ7WMLA";
  return bob;
}

policy::Context Circumstances() {
  policy::Context context;
  context.set("aws:username", "bob");
  context.set("aws:SourceIp", "203.0.113.7");
  context.set("aws:CurrentTime", "2026-01-02T03:04:05Z");
  context.set("aws:EpochTime", "1767323045");
  context.set("aws:SecureTransport", "true");
  context.set("aws:TagKeys", std::vector<std::string>{"team", "stage"});
  context.set("aws:PrincipalTag/team", "blue");
  context.set("s3:prefix", "home/bob/");
  context.set("s3:max-keys", "10");
  return context;
}

void Decide(const policy::Document& document, bool of_bucket) {
  static const policy::Principal kBob = Bob();
  static const policy::Context kContext = Circumstances();
  const policy::Document* const documents[] = {&document};
  policy::Policies policies;
  policies.resource_account = "111122223333";
  if (of_bucket) policies.resource = &document;
  if (!of_bucket) policies.identity = documents;
  for (const auto& [action, resource] :
       {std::pair<std::string_view, std::string_view>{"s3:GetObject", "arn:aws:s3:::b/home/bob/x"},
        {"s3:ListBucket", "arn:aws:s3:::b"},
        {"iam:CreateUser", "arn:aws:iam::111122223333:user/new"},
        {"sts:AssumeRole", "*"}}) {
    const policy::Request request(action, resource, kContext);
    const bool allowed = policy::Evaluate(kBob, policies, request).allowed();
    bool allows = false, denies = false;
    for (const policy::Statement& statement : document.statements()) {
      if (!statement.applies(request)) continue;
      if (statement.effect == policy::Effect::kAllow) allows = true;
      if (statement.effect == policy::Effect::kDeny && !statement.principals) denies = true;
    }
    if (allowed && (!allows || denies)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr policy::Kind kKinds[] = {policy::Kind::kIdentity, policy::Kind::kTrust, policy::Kind::kResource};
  const std::size_t choice = data[0] % 4;
  auto parsed =
      choice < 3 ? policy::Document::Parse(text, kKinds[choice]) : policy::Document::ParseForBucket(text, "b");
  if (auto* document = std::get_if<policy::Document>(&parsed)) {
    static_cast<void>(document->context_keys());
    static_cast<void>(document->grants_service("s3:"));
    static_cast<void>(document->allows_everybody());
    Decide(*document, choice >= 2);
    document->bind_principal("arn:aws:iam::111122223333:user/bob", "AIDAANOTHERQY56JQ7WML");
    Decide(*document, choice >= 2);
  } else if (std::get<policy::Invalid>(parsed).message.empty()) {
    std::abort();  // every refusal says why
  }
  return 0;
}
