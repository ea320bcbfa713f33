#include "server/iam/organization.h"

#include "server/aws/ids.h"
#include "server/iam/account_settings.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"

namespace keymill::iam {
namespace {

constexpr std::string_view kEnabled = "Enabled";
constexpr std::string_view kDisabled = "Disabled";

// The account's setting of the feature, named as the service model names it, is Enabled, Disabled or not there.
std::string_view NameOf(RootFeature feature) {
  return feature == RootFeature::kSessions ? "RootSessions" : "RootCredentialsManagement";
}

std::optional<aws::Error> CheckManagementAccount(const pipeline::Call& call) {
  if (call.identity().account == call.services().config.account_id) return std::nullopt;
  return aws::Error(NotManagementAccount);
}

http::Response AnswerFeatures(const pipeline::Call& call, const store::Item& settings) {
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("OrganizationId", OrganizationId(call.services().config.account_id)).open("EnabledFeatures");
    for (const RootFeature feature : {RootFeature::kCredentialsManagement, RootFeature::kSessions}) {
      if (Attribute(settings.attributes, NameOf(feature)) == kEnabled) xml.text("member", NameOf(feature));
    }
    xml.close();
  });
}

Task<Result<http::Response>> Switch(pipeline::Call& call, RootFeature feature, std::string_view status) {
  if (auto refusal = CheckManagementAccount(call)) co_return *refusal;
  auto change = [&](store::Txn& txn) -> Result<store::Item> {
    store::Item settings = AccountSettings(txn, call.identity().account, call.now());
    SetAttribute(settings.attributes, NameOf(feature), std::string(status));
    settings.updated = call.now();
    store::PutItem(txn, settings);
    return settings;
  };
  const auto settings = co_await call.commit(change);
  if (!settings) co_return settings.error();
  co_return AnswerFeatures(call, *settings);
}

}  // namespace

std::string OrganizationId(std::string_view management_account) {
  return "o-" + aws::CanonicalUserId(management_account).substr(0, 10);
}

bool AllowsRootFeature(const store::Reader& reader, std::string_view management_account, RootFeature feature) {
  return Attribute(AccountSettings(reader, management_account, 0).attributes, NameOf(feature)) != kDisabled;
}

Task<Result<http::Response>> EnableOrganizationsRootCredentialsManagement(pipeline::Call& call) {
  return Switch(call, RootFeature::kCredentialsManagement, kEnabled);
}
Task<Result<http::Response>> DisableOrganizationsRootCredentialsManagement(pipeline::Call& call) {
  return Switch(call, RootFeature::kCredentialsManagement, kDisabled);
}
Task<Result<http::Response>> EnableOrganizationsRootSessions(pipeline::Call& call) {
  return Switch(call, RootFeature::kSessions, kEnabled);
}
Task<Result<http::Response>> DisableOrganizationsRootSessions(pipeline::Call& call) {
  return Switch(call, RootFeature::kSessions, kDisabled);
}

Task<Result<http::Response>> ListOrganizationsFeatures(pipeline::Call& call) {
  if (auto refusal = CheckManagementAccount(call)) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return AccountSettings(reader, call.identity().account, call.now()); };
  const auto settings = co_await call.read(find);
  co_return AnswerFeatures(call, settings);
}

}  // namespace keymill::iam
