#include "server/iam/service_credentials.h"

#include <algorithm>

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/user_credentials.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

using store::Item;
using store::ItemKind;

/// Services that take such credentials: a user name with a password, or an API key, which alone can expire.
struct Service {
  std::string_view name;
  bool api_key;
};
constexpr Service kServices[] = {
    {"codecommit.amazonaws.com", false},
    {"cassandra.amazonaws.com", false},
    {"bedrock.amazonaws.com", true},
    {"logs.amazonaws.com", true},
};

constexpr store::Millis kDay = 24LL * 60 * 60 * 1000;
constexpr std::string_view kServiceAttribute = "ServiceName";
constexpr std::string_view kAliasAttribute = "Alias";  ///< the user name or the API key's name at the service
constexpr std::string_view kExpiresAttribute = "Expires";

constexpr aws::StringField kServiceName{"ServiceName", {}};
constexpr aws::StringField kCredentialId{"ServiceSpecificCredentialId",
                                         {.min = 20, .max = 128, .matches = &IsWord, .pattern = R"([\w]+)"}};
constexpr aws::IntegerField kAgeDays{"CredentialAgeDays", 1, 36600};
constexpr UserCredentialKind kCredential{ItemKind::kServiceCredential, kShortUserName, kCredentialId, false, false,
                                         "No such credential ",        " exists"};

const Service* FindService(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kServices), std::end(kServices), [&](const Service& s) { return s.name == name; });
  return found == std::end(kServices) ? nullptr : found;
}

bool IsApiKey(const Item& item) {
  const Service* service = FindService(Attribute(item.attributes, kServiceAttribute));
  return service != nullptr && service->api_key;
}

/// An API key whose time is over is Expired, whatever it was set to.
std::string StatusAt(const Item& item, store::Millis now) {
  const store::Millis expires = NumberAttribute(item.attributes, kExpiresAttribute);
  return expires != 0 && now >= expires ? "Expired" : Attribute(item.attributes, kStatusAttribute);
}

void Write(aws::XmlWriter& xml, const UserCredential& credential, store::Millis now, bool with_secret) {
  const Item& item = credential.item;
  const bool api_key = IsApiKey(item);
  xml.text("CreateDate", aws::IsoSeconds(item.created));
  const store::Millis expires = NumberAttribute(item.attributes, kExpiresAttribute);
  if (expires != 0) xml.text("ExpirationDate", aws::IsoSeconds(expires));
  xml.text("ServiceName", Attribute(item.attributes, kServiceAttribute));
  xml.text(api_key ? "ServiceCredentialAlias" : "ServiceUserName", Attribute(item.attributes, kAliasAttribute));
  if (with_secret) xml.text(api_key ? "ServiceCredentialSecret" : "ServicePassword", item.secret);
  xml.text("ServiceSpecificCredentialId", item.name).text("UserName", credential.user_name);
  xml.text("Status", StatusAt(item, now));
}

http::Response AnswerWithSecret(const pipeline::Call& call, const UserCredential& credential) {
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("ServiceSpecificCredential");
    Write(xml, credential, call.now(), true);
    xml.close();
  });
}

std::size_t CountFor(const store::Reader& reader, const std::string& owner_id, const std::string& service) {
  const auto items = store::ListItems(reader, ItemKind::kServiceCredential, owner_id);
  return static_cast<std::size_t>(std::count_if(items.begin(), items.end(), [&](const Item& item) {
    return Attribute(item.attributes, kServiceAttribute) == service;
  }));
}

}  // namespace

Task<Result<http::Response>> CreateServiceSpecificCredential(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kShortUserName);
  const std::string service_name = form.required(kServiceName);
  const auto days = form.integer(kAgeDays);
  if (auto refusal = form.refusal()) co_return *refusal;
  const Service* service = FindService(service_name);
  if (service == nullptr) {
    co_return aws::Error(NotSupportedService, "No such service " + service_name +
                                                  " is supported for Service "
                                                  "Specific Credentials");
  }
  if (days && !service->api_key) {
    co_return aws::Error(InvalidInput, "CredentialAgeDays is not supported for " + service_name);
  }
  auto create = [&](store::Txn& txn) -> Result<UserCredential> {
    auto user = RequireUser(txn, call.identity().account, name);
    if (!user) return user.error();
    const std::size_t count = CountFor(txn, user->id, service_name);
    if (count >= kMaxServiceCredentials) {
      return QuotaExceeded("ServiceSpecificCredentialsPerUser", kMaxServiceCredentials);
    }
    Item item;
    item.kind = ItemKind::kServiceCredential;
    item.owner = user->id;
    item.name = aws::NewUniqueId("ACCA");
    item.created = item.updated = call.now();
    item.secret = aws::NewSecret();
    // As AWS forms them: the number tells several credentials of one user apart.
    const std::string alias = user->name + (count == 0 ? "" : "+" + std::to_string(count)) + "-at-" + user->account;
    item.attributes = {{std::string(kServiceAttribute), service_name},
                       {std::string(kAliasAttribute), alias},
                       {std::string(kStatusAttribute), "Active"}};
    if (days) SetAttribute(item.attributes, kExpiresAttribute, std::to_string(call.now() + *days * kDay));
    store::PutItem(txn, item);
    return UserCredential{std::move(item), user->name};
  };
  auto credential = co_await call.commit(create);
  if (!credential) co_return credential.error();
  co_return AnswerWithSecret(call, *credential);
}

Task<Result<http::Response>> ListServiceSpecificCredentials(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = form.optional(kShortUserName);
  const auto service_name = form.optional(kServiceName);
  const bool all_users = form.boolean("AllUsers").value_or(false);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (service_name && FindService(*service_name) == nullptr) {
    co_return aws::Error(NotSupportedService, "No such service " + *service_name +
                                                  " is supported for Service "
                                                  "Specific Credentials");
  }
  if (all_users && name) co_return aws::Error(InvalidInput, "UserName and AllUsers cannot be given together.");
  auto list = [&](const store::Reader& reader) -> Result<std::vector<UserCredential>> {
    std::vector<store::User> users;
    if (all_users) {
      users = store::ListUsers(reader, call.identity().account, {}, {}, ~std::size_t{0});
    } else {
      auto owner = FindCredentialOwner(reader, kCredential, call.identity(), name);
      if (!owner) return owner.error();
      users.push_back(*owner->user);
    }
    std::vector<UserCredential> credentials;
    for (const store::User& user : users) {
      for (Item& item : store::ListItems(reader, ItemKind::kServiceCredential, user.id)) {
        if (service_name && Attribute(item.attributes, kServiceAttribute) != *service_name) continue;
        credentials.push_back({std::move(item), user.name});
      }
    }
    return credentials;
  };
  auto credentials = co_await call.read(list);
  if (!credentials) co_return credentials.error();
  const bool truncated =
      Slice(*credentials, page, [](const UserCredential& credential) { return credential.item.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("ServiceSpecificCredentials");
    for (const UserCredential& credential : *credentials) {
      xml.open("member");
      Write(xml, credential, call.now(), false);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? credentials->back().item.name : std::string_view{});
  });
}

Task<Result<http::Response>> UpdateServiceSpecificCredential(pipeline::Call& call) {
  return UpdateCredentialStatus(call, kCredential);
}
Task<Result<http::Response>> DeleteServiceSpecificCredential(pipeline::Call& call) {
  return DeleteCredential(call, kCredential);
}

Task<Result<http::Response>> ResetServiceSpecificCredential(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = form.optional(kShortUserName);
  const std::string id = form.required(kCredentialId);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto reset = [&](store::Txn& txn) -> Result<UserCredential> {
    auto credential = RequireCredential(txn, kCredential, call.identity(), name, id);
    if (!credential) return credential.error();
    credential->item.secret = aws::NewSecret();
    credential->item.updated = call.now();
    store::PutItem(txn, credential->item);
    return credential;
  };
  auto credential = co_await call.commit(reset);
  if (!credential) co_return credential.error();
  co_return AnswerWithSecret(call, *credential);
}

}  // namespace keymill::iam
