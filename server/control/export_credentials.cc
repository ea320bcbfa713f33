#include "server/control/export_credentials.h"

#include <boost/json/value_from.hpp>

#include "server/aws/totp.h"
#include "server/control/export_json.h"
#include "server/control/password_settings.h"
#include "server/iam/attributes.h"
#include "server/iam/login_profiles.h"
#include "server/iam/oidc_providers.h"
#include "server/pipeline/mfa.h"
#include "sigv4/encoding.h"
#include "store/items.h"
#include "store/principals.h"

namespace keymill::control {

namespace json = boost::json;
using store::ItemKind;

json::object ExportPasswordPolicy(const store::Reader& reader, const std::string& account) {
  json::object to;
  const auto item = store::FindItem(reader, ItemKind::kPasswordPolicy, account);
  if (!item) return to;
  for (const PasswordSetting& setting : kPasswordSettings) {
    if (setting.flag) {
      if (iam::Attribute(item->attributes, setting.parameter) == "true") to[setting.member] = true;
    } else if (const auto number = iam::NumberAttribute(item->attributes, setting.parameter); number != 0) {
      to[setting.member] = number;
    }
  }
  return to;
}

json::array ExportOidcProviders(const store::Reader& reader, const std::string& account) {
  json::array all;
  for (const store::Item& from : store::ListItems(reader, ItemKind::kOidcProvider, account)) {
    json::object to{{"url", iam::IssuerOf(from)}};
    Put(to, "client_ids", json::value_from(iam::ClientIds(from)));
    Put(to, "thumbprints", json::value_from(iam::Thumbprints(from)));
    Put(to, "tags", PairsOf(from.tags));
    if (!from.document.empty()) to["jwks"] = PolicyOf(from.document);
    all.push_back(std::move(to));
  }
  return all;
}

json::array ExportSamlProviders(const store::Reader& reader, const std::string& account) {
  json::array all;
  for (const store::Item& from : store::ListItems(reader, ItemKind::kSamlProvider, account)) {
    json::object to{{"name", from.name}, {"metadata", from.document}};
    Put(to, "tags", PairsOf(from.tags));
    all.push_back(std::move(to));
  }
  return all;
}

json::array ExportMfaDevices(const store::Reader& reader, const std::string& account) {
  json::array all;
  for (const store::Item& from : store::ListItems(reader, ItemKind::kMfaDevice, account)) {
    // arn:aws:iam::ACCOUNT:mfa/PATH/NAME
    const std::string path = from.name.substr(from.name.find('/'));
    const std::size_t name = path.rfind('/') + 1;
    json::object to{{"name", path.substr(name)}};
    if (name > 1) to["path"] = path.substr(0, name);
    to["seed"] = aws::Base32Encode(from.secret);
    const std::string owner = iam::Attribute(from.attributes, pipeline::kMfaUser);
    if (owner == account)
      to["root"] = true;
    else if (const auto user = store::FindUserById(reader, owner))
      to["user"] = user->name;
    Put(to, "tags", PairsOf(from.tags));
    all.push_back(std::move(to));
  }
  return all;
}

json::object ExportLogin(const store::Reader& reader, const std::string& user_id) {
  json::object to;
  const auto profile = store::FindItem(reader, ItemKind::kLoginProfile, user_id);
  if (!profile) return to;
  to["password_hash"] = sigv4::base64_encode(profile->secret);
  if (iam::IsResetRequired(*profile)) to["reset_required"] = true;
  return to;
}

}  // namespace keymill::control
