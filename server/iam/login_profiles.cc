#include "server/iam/login_profiles.h"

#include <algorithm>

#include "server/aws/time.h"
#include "server/http/runtime.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/owner.h"
#include "server/iam/password_policy.h"
#include "store/items.h"
#include "store/vault.h"

namespace keymill::iam {
namespace {

using store::ItemKind;

constexpr aws::StringRule kPasswordRule{.min = 1, .max = 128, .matches = &IsDocumentText, .complaint = kTextComplaint};
constexpr aws::StringField kPassword{"Password", kPasswordRule};
constexpr aws::StringField kOldPassword{"OldPassword", kPasswordRule};
constexpr aws::StringField kNewPassword{"NewPassword", kPasswordRule};
constexpr std::string_view kResetRequired = "PasswordResetRequired";
/// Hashes of the passwords before, newest first; the present one's is the item's secret.
constexpr std::string_view kFormer = "FormerPassword";
constexpr std::size_t kMaxFormer = 24;  // what a password policy can ask for

aws::Error NoProfile(const std::string& user_name) {
  return {NoSuchEntity, "Login Profile for User " + user_name + " cannot be found."};
}

Result<store::User> RequireProfileUser(const store::Reader& reader, const pipeline::Identity& signer,
                                       const std::optional<std::string>& name) {
  auto owner = FindOwner(reader, signer, name);
  if (!owner) return owner.error();
  if (!owner->user) return aws::Error(ValidationError, "Must specify userName when calling with non-User credentials");
  return *std::move(owner->user);
}

Result<store::Item> RequireProfile(const store::Reader& reader, const store::User& user) {
  auto profile = store::FindItem(reader, ItemKind::kLoginProfile, user.id);
  if (!profile) return NoProfile(user.name);
  return *std::move(profile);
}

/// True if `password` is the present one or one of the last `count`. Blocking: each comparison hashes.
bool UsedBefore(const store::Item& profile, std::string_view password, std::size_t count) {
  if (count > 0 && store::PasswordMatches(profile.secret, password)) return true;
  std::size_t seen = 1;
  for (const auto& [name, hash] : profile.attributes) {
    if (name == kFormer && ++seen <= count && store::PasswordMatches(hash, password)) return true;
  }
  return false;
}

/// The hash of a password that the account's policy allows. Hashing takes long, so it is done off the I/O thread and
/// not in the commit.
Task<Result<std::string>> CheckAndHash(pipeline::Call& call, const std::string& password) {
  auto find = [&](const store::Reader& reader) { return FindPasswordPolicy(reader, call.identity().account); };
  const auto policy = co_await call.read(find);
  if (auto complaint = PasswordComplaint(policy, password)) co_return aws::Error(PasswordPolicyViolation, *complaint);
  auto hash = [&] { return store::HashPassword(password); };
  co_return co_await http::Blocking(hash);
}

http::Response AnswerProfile(const pipeline::Call& call, const std::string& user_name, const store::Item& profile) {
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("LoginProfile").text("UserName", user_name).text("CreateDate", aws::IsoSeconds(profile.created));
    xml.boolean(kResetRequired, IsResetRequired(profile)).close();
  });
}

}  // namespace

std::optional<aws::Error> CheckPasswordForm(const std::string& password) {
  const aws::Form::Pairs pairs{{std::string(kPassword.name), password}};
  aws::Form form(pairs, aws::Form::Style::kIam);
  form.required(kPassword);
  return form.refusal();
}

void SetPassword(store::Item& profile, std::string hash, store::Millis now) {
  if (!profile.secret.empty())
    profile.attributes.insert(profile.attributes.begin(), {std::string(kFormer), profile.secret});
  std::size_t kept = 0;
  std::erase_if(profile.attributes,
                [&](const auto& attribute) { return attribute.first == kFormer && ++kept > kMaxFormer; });
  profile.secret = std::move(hash);
  profile.updated = now;
}

void SetResetRequired(store::Item& profile, bool required) {
  SetAttribute(profile.attributes, kResetRequired, required ? "true" : "false");
}

bool IsResetRequired(const store::Item& profile) {
  return Attribute(profile.attributes, kResetRequired) == "true";
}

Task<Result<http::Response>> CreateLoginProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = form.optional(kShortUserName);
  const std::string password = form.required(kPassword);
  const bool reset = form.boolean(kResetRequired).value_or(false);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto hash = co_await CheckAndHash(call, password);
  if (!hash) co_return hash.error();
  std::string user_name;
  auto create = [&](store::Txn& txn) -> Result<store::Item> {
    auto user = RequireProfileUser(txn, call.identity(), name);
    if (!user) return user.error();
    user_name = user->name;
    if (store::FindItem(txn, ItemKind::kLoginProfile, user->id)) {
      return aws::Error(EntityAlreadyExists, "Login Profile for user " + user_name + " already exists.");
    }
    store::Item profile;
    profile.kind = ItemKind::kLoginProfile;
    profile.owner = user->id;
    profile.created = call.now();
    SetPassword(profile, *hash, call.now());
    SetResetRequired(profile, reset);
    store::PutItem(txn, profile);
    return profile;
  };
  auto profile = co_await call.commit(create);
  if (!profile) co_return profile.error();
  co_return AnswerProfile(call, user_name, *profile);
}

Task<Result<http::Response>> GetLoginProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = form.optional(kShortUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  std::string user_name;
  auto find = [&](const store::Reader& reader) -> Result<store::Item> {
    auto user = RequireProfileUser(reader, call.identity(), name);
    if (!user) return user.error();
    user_name = user->name;
    return RequireProfile(reader, *user);
  };
  auto profile = co_await call.read(find);
  if (!profile) co_return profile.error();
  co_return AnswerProfile(call, user_name, *profile);
}

Task<Result<http::Response>> UpdateLoginProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kShortUserName);
  const auto password = form.optional(kPassword);
  const auto reset = form.boolean(kResetRequired);
  if (auto refusal = form.refusal()) co_return *refusal;
  std::string hash;
  if (password) {
    auto hashed = co_await CheckAndHash(call, *password);
    if (!hashed) co_return hashed.error();
    hash = *std::move(hashed);
  }
  auto update = [&](store::Txn& txn) -> Result<> {
    auto user = RequireUser(txn, call.identity().account, name);
    if (!user) return user.error();
    auto profile = RequireProfile(txn, *user);
    if (!profile) return profile.error();
    if (password) SetPassword(*profile, hash, call.now());
    if (reset) SetResetRequired(*profile, *reset);
    store::PutItem(txn, *profile);
    return {};
  };
  co_return co_await CommitThenAnswer(call, update);
}

Task<Result<http::Response>> DeleteLoginProfile(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = form.optional(kShortUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto user = RequireProfileUser(txn, call.identity(), name);
    if (!user) return user.error();
    auto profile = RequireProfile(txn, *user);
    if (!profile) return profile.error();
    store::EraseItem(txn, *profile);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> ChangePassword(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string old_password = form.required(kOldPassword);
  const std::string new_password = form.required(kNewPassword);
  if (auto refusal = form.refusal()) co_return *refusal;
  const pipeline::Identity& signer = call.identity();
  if (signer.kind != pipeline::Identity::Kind::kUser) {
    co_return aws::Error(InvalidUserType, "Only IAM Users can change their own password");
  }
  struct Found {
    store::Item profile;
    std::optional<PasswordPolicy> policy;
  };
  auto find = [&](const store::Reader& reader) -> Result<Found> {
    auto profile = store::FindItem(reader, ItemKind::kLoginProfile, signer.user_id);
    if (!profile) return NoProfile(signer.user_name);
    return Found{*std::move(profile), FindPasswordPolicy(reader, signer.account)};
  };
  auto found = co_await call.read(find);
  if (!found) co_return found.error();
  auto compare = [&] { return store::PasswordMatches(found->profile.secret, old_password); };
  const bool known = co_await http::Blocking(compare);
  if (!known) co_return aws::Error(AccessDenied, "The old password was incorrect.");
  const auto remembered = static_cast<std::size_t>(found->policy ? found->policy->reuse_prevention : 0);
  auto search = [&] { return UsedBefore(found->profile, new_password, remembered); };
  const bool used = co_await http::Blocking(search);
  if (used) co_return aws::Error(PasswordPolicyViolation, "Password has been used before");
  auto hash = co_await CheckAndHash(call, new_password);
  if (!hash) co_return hash.error();
  auto change = [&](store::Txn& txn) -> Result<> {
    auto profile = store::FindItem(txn, ItemKind::kLoginProfile, signer.user_id);
    if (!profile) return NoProfile(signer.user_name);
    // Somebody may have changed it since the old one was compared.
    if (profile->secret != found->profile.secret) return aws::Error(AccessDenied, "The old password was incorrect.");
    SetPassword(*profile, *hash, call.now());
    SetResetRequired(*profile, false);
    store::PutItem(txn, *profile);
    return {};
  };
  co_return co_await CommitThenAnswer(call, change);
}

}  // namespace keymill::iam
