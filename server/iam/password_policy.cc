#include "server/iam/password_policy.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "server/aws/form.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"

namespace keymill::iam {
namespace {

using store::ItemKind;

// The names on the wire are also those of the stored attributes.
struct Number {
  aws::IntegerField field;
  std::int64_t PasswordPolicy::*member;
};
struct Flag {
  std::string_view name;
  bool PasswordPolicy::*member;
};
constexpr Number kLength{{"MinimumPasswordLength", 6, 128}, &PasswordPolicy::minimum_length};
constexpr Number kAge{{"MaxPasswordAge", 1, 1095}, &PasswordPolicy::max_age};
constexpr Number kReuse{{"PasswordReusePrevention", 1, 24}, &PasswordPolicy::reuse_prevention};
constexpr const Number* kNumbers[] = {&kLength, &kAge, &kReuse};
constexpr Flag kFlags[] = {
    {"RequireSymbols", &PasswordPolicy::symbols},
    {"RequireNumbers", &PasswordPolicy::numbers},
    {"RequireUppercaseCharacters", &PasswordPolicy::uppercase},
    {"RequireLowercaseCharacters", &PasswordPolicy::lowercase},
    {"AllowUsersToChangePassword", &PasswordPolicy::users_may_change},
    {"HardExpiry", &PasswordPolicy::hard_expiry},
};

constexpr std::string_view kSymbols = "!@#$%^&*()_+-=[]{}|'";
constexpr std::size_t kAwsLength = 8;
constexpr std::size_t kAwsKinds = 3;

struct Kinds {
  bool upper = false, lower = false, digit = false, symbol = false;
};

struct KindName {
  bool Kinds::*member;
  std::string_view name;
};
constexpr KindName kKindNames[] = {
    {&Kinds::upper, "uppercase letter"},
    {&Kinds::lower, "lowercase letter"},
    {&Kinds::digit, "number"},
    {&Kinds::symbol, "symbol"},
};

Kinds KindsOf(std::string_view password) {
  Kinds kinds;
  for (char c : password) {
    kinds.upper |= c >= 'A' && c <= 'Z';
    kinds.lower |= c >= 'a' && c <= 'z';
    kinds.digit |= c >= '0' && c <= '9';
    kinds.symbol |= kSymbols.find(c) != std::string_view::npos;
  }
  return kinds;
}

aws::Error NoPolicy(const std::string& account) {
  return {NoSuchEntity, "The Password Policy with domain name " + account + " cannot be found."};
}

}  // namespace

std::optional<PasswordPolicy> FindPasswordPolicy(const store::Reader& reader, std::string_view account) {
  auto item = store::FindItem(reader, ItemKind::kPasswordPolicy, account);
  if (!item) return std::nullopt;
  PasswordPolicy policy;
  for (const Number* number : kNumbers) policy.*number->member = NumberAttribute(item->attributes, number->field.name);
  for (const Flag& flag : kFlags) policy.*flag.member = Attribute(item->attributes, flag.name) == "true";
  return policy;
}

std::optional<std::string> PasswordComplaint(const std::optional<PasswordPolicy>& policy, std::string_view password) {
  const std::size_t length = aws::CodePoints(password).size();
  const std::size_t least = policy ? static_cast<std::size_t>(policy->minimum_length) : kAwsLength;
  if (length < least) {
    return "Password should have a minimum length of " + std::to_string(least);
  }
  const Kinds kinds = KindsOf(password);
  Kinds demanded{true, true, true, true};
  if (policy) demanded = {policy->uppercase, policy->lowercase, policy->numbers, policy->symbols};
  std::vector<std::string> lacking;
  for (const KindName& kind : kKindNames) {
    if (!(demanded.*kind.member) || kinds.*kind.member) continue;
    lacking.push_back("Password should have at least one " + std::string(kind.name));
  }
  if (policy) return lacking.empty() ? std::nullopt : std::optional(lacking.front());
  constexpr std::size_t kMayLack = std::size(kKindNames) - kAwsKinds;
  if (lacking.size() <= kMayLack) return std::nullopt;
  std::string text = "Password should meet " + std::to_string(lacking.size() - kMayLack) +
                     " more of the following requirements: " + lacking.front();
  for (std::size_t i = 1; i < lacking.size(); ++i) text += ", " + lacking[i];
  return text;
}

Task<Result<http::Response>> GetAccountPasswordPolicy(pipeline::Call& call) {
  const std::string& account = call.identity().account;
  auto find = [&](const store::Reader& reader) { return FindPasswordPolicy(reader, account); };
  auto policy = co_await call.read(find);
  if (!policy) co_return NoPolicy(account);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("PasswordPolicy");
    xml.number(kLength.field.name, policy->minimum_length);
    for (const Flag& flag : kFlags) xml.boolean(flag.name, (*policy).*flag.member);
    xml.boolean("ExpirePasswords", policy->max_age > 0);
    for (const Number* number : {&kAge, &kReuse}) {
      if ((*policy).*number->member > 0) xml.number(number->field.name, (*policy).*number->member);
    }
    xml.close();
  });
}

Result<store::Item> ReadPasswordPolicy(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  store::Item item;
  item.kind = ItemKind::kPasswordPolicy;
  item.owner = account;
  item.created = item.updated = now;
  const PasswordPolicy defaults;
  for (const Number* number : kNumbers) {
    const std::int64_t value = form.integer(number->field).value_or(defaults.*number->member);
    SetAttribute(item.attributes, number->field.name, std::to_string(value));
  }
  for (const Flag& flag : kFlags) {
    if (form.boolean(flag.name).value_or(false)) SetAttribute(item.attributes, flag.name, "true");
  }
  if (auto refusal = form.refusal()) return *refusal;
  return item;
}

/// What the request does not mention goes back to its default: there is no partial update.
Task<Result<http::Response>> UpdateAccountPasswordPolicy(pipeline::Call& call) {
  const auto item = ReadPasswordPolicy(call.params().all(), call.identity().account, call.now());
  if (!item) co_return item.error();
  auto update = [&](store::Txn& txn) -> Result<> {
    store::PutItem(txn, *item);
    return {};
  };
  co_return co_await CommitThenAnswer(call, update);
}

Task<Result<http::Response>> DeleteAccountPasswordPolicy(pipeline::Call& call) {
  const std::string& account = call.identity().account;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto item = store::FindItem(txn, ItemKind::kPasswordPolicy, account);
    if (!item) return NoPolicy(account);
    store::EraseItem(txn, *item);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

}  // namespace keymill::iam
