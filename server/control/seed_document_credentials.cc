#include "server/aws/totp.h"
#include "server/control/password_settings.h"
#include "server/control/seed_fields.h"
#include "server/federation/jwt.h"
#include "server/iam/login_profiles.h"
#include "sigv4/encoding.h"
#include "store/vault.h"

// What a seed says of passwords, MFA devices and identity providers, read into shapes.

namespace keymill::control {
namespace {

namespace json = boost::json;

constexpr std::size_t kLeastMfaSeed = 10, kMostMfaSeed = 128;  // octets

std::vector<std::string> TextsOf(JsonFields& fields, std::string_view name) {
  std::vector<std::string> all;
  for (auto& [text, path] : fields.strings(name)) all.push_back(std::move(text));
  return all;
}

}  // namespace

std::optional<SeedPasswordPolicy> ReadPasswordPolicy(JsonFields& fields, Complaints& complaints) {
  const json::value* value = fields.find("password_policy");
  if (value == nullptr) return std::nullopt;
  JsonFields members(*value, fields.path("password_policy"), complaints);
  SeedPasswordPolicy policy{members.path(), {}};
  for (const PasswordSetting& setting : kPasswordSettings) {
    if (setting.flag) {
      if (members.flag(setting.member)) policy.parameters.emplace_back(setting.parameter, "true");
    } else if (const auto number = members.number(setting.member)) {
      policy.parameters.emplace_back(setting.parameter, std::to_string(*number));
    }
  }
  members.finish();
  return policy;
}

std::optional<SeedLogin> ReadLogin(JsonFields& fields, Complaints& complaints) {
  const json::value* value = fields.find("login_profile");
  if (value == nullptr) return std::nullopt;
  JsonFields members(*value, fields.path("login_profile"), complaints);
  SeedLogin login;
  login.path = members.path();
  login.password = members.optional("password");
  const auto hash = members.optional("password_hash");
  if (members.find("reset_required") != nullptr) login.reset_required = members.flag("reset_required");
  members.finish();
  if (login.password && hash) members.complain("password_hash", "and password cannot both be given");
  if (login.password) {
    if (const auto refusal = iam::CheckPasswordForm(*login.password)) members.complain("password", refusal->message());
  }
  if (hash) {
    login.hash = sigv4::base64_decode(*hash);
    if (!login.hash || !store::IsPasswordHash(*login.hash)) {
      members.complain("password_hash", "must be a hash that an export has given");
    }
  }
  return login;
}

void ReadMfaDevice(JsonFields& fields, SeedMfaDevice& device) {
  device.tags = fields.pairs("tags");
  device.user = ReadText(fields, "user");
  device.root = fields.flag("root");
  if (device.user && device.root) fields.complain("root", "and user cannot both be given");
  const auto seed = fields.optional("seed");
  if (!seed) return;
  device.seed = aws::Base32Decode(*seed);
  if (!device.seed || device.seed->size() < kLeastMfaSeed || device.seed->size() > kMostMfaSeed) {
    fields.complain("seed", "must be 10 to 128 octets in base32");
  }
}

void ReadOidcProvider(JsonFields& fields, SeedOidcProvider& provider) {
  provider.tags = fields.pairs("tags");
  provider.client_ids = TextsOf(fields, "client_ids");
  provider.thumbprints = TextsOf(fields, "thumbprints");
  const json::value* keys = fields.find("jwks");
  if (keys == nullptr) return;
  auto text = DocumentText(*keys);
  if (!text) {
    fields.complain("jwks", "must be a JWK set, as an object or as a string");
    return;
  }
  if (auto complaint = federation::CheckJwkSet(*text)) fields.complain("jwks", *std::move(complaint));
  provider.jwks = SeedText{fields.path("jwks"), *std::move(text)};
}

}  // namespace keymill::control
