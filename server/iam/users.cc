#include "server/iam/users.h"

#include <utility>

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/boundaries.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/owner.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"
#include "server/pipeline/mfa.h"
#include "store/accounts.h"

namespace keymill::iam {
namespace {

aws::Error NameTaken(const std::string& name) {
  return {EntityAlreadyExists, "User with name " + name + " already exists."};
}

void WriteWholeUser(aws::XmlWriter& xml, const store::User& user) {
  WriteUser(xml, user);
  WriteBoundary(xml, user.permissions_boundary);
  if (!user.tags.empty()) WriteTags(xml, user.tags);
}

aws::Error MustFirst(std::string_view demand) {
  return {DeleteConflict, "Cannot delete entity, must " + std::string(demand) + " first."};
}

bool Has(const store::Reader& reader, const store::User& user, store::ItemKind kind) {
  return !store::ListItems(reader, kind, user.id).empty();
}

/// What a user must give up before it can be deleted, in AWS's words. Somebody who gave up one thing after the other
/// was asked for the login profile, the access keys and the MFA device in this order (hashicorp/terraform#8621).
std::optional<aws::Error> Conflict(const store::Reader& reader, const store::User& user) {
  using store::ItemKind;
  if (Has(reader, user, ItemKind::kLoginProfile)) return MustFirst("delete login profile");
  if (!store::ListAccessKeys(reader, user.id).empty()) return MustFirst("delete access keys");
  if (!pipeline::MfaDevicesOf(reader, user.account, user.id).empty()) return MustFirst("delete MFA device");
  if (!store::LinksFrom(reader, store::Relation::kMember, user.id).empty()) {
    return MustFirst("remove users from group");
  }
  if (auto conflict = PolicyConflict(reader, user.id)) return conflict;
  if (Has(reader, user, ItemKind::kSigningCertificate)) return MustFirst("delete signing certificates");
  if (Has(reader, user, ItemKind::kServiceCredential) || Has(reader, user, ItemKind::kSshKey)) {
    return MustFirst("remove referenced objects");
  }
  return std::nullopt;
}

}  // namespace

constexpr TaggedKind<store::User> kTaggedUser{
    kUserName, "TagsPerUser", [](const store::Reader& reader, const std::string& account, const std::string& name) {
      return RequireUser(reader, account, name);
    }};

void WriteUser(aws::XmlWriter& xml, const store::User& user) {
  xml.text("Path", user.path).text("UserName", user.name).text("UserId", user.id).text("Arn", UserArn(user));
  xml.text("CreateDate", aws::IsoSeconds(user.created));
}

void WriteRootUser(aws::XmlWriter& xml, const std::string& account, store::Millis created) {
  xml.text("UserId", account).text("Arn", aws::RootArn(account)).text("CreateDate", aws::IsoSeconds(created));
}

std::string UserArn(const store::User& user) {
  return aws::IamArn(user.account, "user", user.path, user.name);
}

Result<CreateUserInput> ReadCreateUser(const aws::Form::Pairs& pairs) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  CreateUserInput input;
  input.path = form.optional(kPath).value_or("/");
  input.name = form.required(kShortUserName);
  input.permissions_boundary = form.optional(kPermissionsBoundary).value_or("");
  input.tags = form.pairs(kTags, kTagKey, kTagValue);
  if (auto refusal = form.refusal()) return *refusal;
  if (auto refusal = CheckTags(input.tags)) return *refusal;
  return input;
}

Result<UpdateUserInput> ReadUpdateUser(const aws::Form::Pairs& pairs) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  UpdateUserInput input;
  input.name = form.required(kUserName);
  input.new_path = form.optional(kNewPath);
  input.new_name = form.optional(kNewUserName);
  if (auto refusal = form.refusal()) return *refusal;
  return input;
}

Result<store::User> AddUser(store::Txn& txn, std::string_view account, const CreateUserInput& input,
                            store::Millis now) {
  if (store::FindUser(txn, account, input.name)) return NameTaken(input.name);
  if (auto full = UserQuota(txn, account)) return *full;
  store::User user;
  user.account = account;
  user.name = input.name;
  user.path = input.path;
  user.created = now;
  user.tags = input.tags;
  do {
    user.id = aws::NewUniqueId("AIDA");
  } while (store::FindUserById(txn, user.id));
  auto bounded = SetBoundary(txn, account, user.id, {}, input.permissions_boundary);
  if (!bounded) return bounded.error();
  user.permissions_boundary = input.permissions_boundary;
  if (!user.permissions_boundary.empty())
    SetAttribute(user.attributes, kGovernedAttribute, std::string(kGovernedValue));
  store::PutUser(txn, user);
  return user;
}

Result<> ChangeUser(store::Txn& txn, std::string_view account, const UpdateUserInput& input) {
  auto user = RequireUser(txn, account, input.name);
  if (!user) return user.error();
  const std::string former_name = user->name;
  if (input.new_name && *input.new_name != former_name) {
    auto holder = store::FindUser(txn, account, *input.new_name);
    if (holder && holder->id != user->id) return NameTaken(*input.new_name);
    user->name = *input.new_name;
  }
  if (input.new_path) user->path = *input.new_path;
  store::PutUser(txn, *user, user->name == former_name ? std::string_view{} : former_name);
  return {};
}

Result<> RemoveUser(store::Txn& txn, std::string_view account, std::string_view name) {
  auto user = RequireUser(txn, account, name);
  if (!user) return user.error();
  if (auto conflict = Conflict(txn, *user)) return *conflict;
  ClearBoundary(txn, user->id, user->permissions_boundary);
  store::EraseUser(txn, *user);
  return {};
}

Task<Result<http::Response>> CreateUser(pipeline::Call& call) {
  auto input = ReadCreateUser(call.params().all());
  if (!input) co_return input.error();
  auto add = [&](store::Txn& txn) { return AddUser(txn, call.identity().account, *input, call.now()); };
  auto user = co_await call.commit(add);
  if (!user) co_return user.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("User");
    WriteWholeUser(xml, *user);
    xml.close();
  });
}

Task<Result<http::Response>> GetUser(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  auto name = form.optional(kUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  store::Millis created = 0;
  auto find = [&](const store::Reader& reader) {
    auto owner = FindOwner(reader, call.identity(), name);
    if (owner && !owner->user) {
      if (auto account = store::FindAccount(reader, owner->account)) created = account->created;
    }
    return owner;
  };
  auto owner = co_await call.read(find);
  if (!owner) co_return owner.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("User");
    if (owner->user) {
      WriteWholeUser(xml, *owner->user);
    } else {
      WriteRootUser(xml, owner->account, created);
    }
    xml.close();
  });
}

Task<Result<http::Response>> ListUsers(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string prefix = form.optional(kPathPrefix).value_or("/");
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) {
    return store::ListUsers(reader, call.identity().account, prefix, page.after, page.limit + 1);
  };
  auto users = co_await call.read(list);
  const bool truncated = Cut(users, page);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Users");
    for (const store::User& user : users) {
      xml.open("member");
      WriteUser(xml, user);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? users.back().name : std::string_view{});
  });
}

Task<Result<http::Response>> UpdateUser(pipeline::Call& call) {
  auto input = ReadUpdateUser(call.params().all());
  if (!input) co_return input.error();
  auto change = [&](store::Txn& txn) { return ChangeUser(txn, call.identity().account, *input); };
  co_return co_await CommitThenAnswer(call, change);
}

Task<Result<http::Response>> DeleteUser(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) { return RemoveUser(txn, call.identity().account, name); };
  co_return co_await CommitThenAnswer(call, remove);
}

}  // namespace keymill::iam
