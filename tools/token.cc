// `keymill token mint`: a web identity token as some issuer would sign it (GitHub Actions, a Kubernetes cluster, …),
// and the key that verifies it registered with a running server.

#include <ctime>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <unistd.h>

#include "server/federation/jwk.h"
#include "server/federation/jwt.h"
#include "server/http/client.h"
#include "tools/aws_client.h"
#include "tools/commands.h"
#include "tools/control_request.h"
#include "tools/signing_flags.h"
#include "tools/token_key.h"

namespace keymill::tools {
namespace {

namespace json = boost::json;

struct MintFlags {
  SigningFlags signing;
  std::string endpoint = "http://127.0.0.1:5396";
  std::string issuer, subject, key_file;
  std::string algorithm = "RS256";
  std::vector<std::string> audiences{"sts.amazonaws.com"};
  std::vector<std::string> claims, json_claims;
  std::int64_t lifetime = 3600;
  bool create_provider = false, offline = false, as_json = false;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::pair<std::string, std::string> NameAndValue(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw std::invalid_argument("a claim has the form NAME=VALUE, not '" + text + "'");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Claims that were given win over those that every token has: a test may want a token without sense.
json::object Claims(const MintFlags& flags, std::int64_t now) {
  json::object claims{{"iss", flags.issuer}, {"sub", flags.subject}, {"iat", now}, {"exp", now + flags.lifetime}};
  claims["aud"] =
      flags.audiences.size() == 1 ? json::value(flags.audiences.front()) : json::value_from(flags.audiences);
  for (const std::string& text : flags.claims) {
    const auto [name, value] = NameAndValue(text);
    claims[name] = value;
  }
  for (const std::string& text : flags.json_claims) {
    const auto [name, value] = NameAndValue(text);
    json::error_code failure;
    claims[name] = json::parse(value, failure);
    if (failure) throw std::invalid_argument("the value of the claim " + name + " is not JSON");
  }
  return claims;
}

Answer Ask(AwsClient& client, const MintFlags& flags, std::string_view service, std::string_view action,
           const Parameters& parameters = {}) {
  try {
    return client.query(service, action, parameters);
  } catch (const http::ClientError& fault) {
    throw std::runtime_error("no answer from " + flags.endpoint + ": " + fault.what());
  }
}

bool Done(const Answer& answer, std::string_view action) {
  if (answer.status == 200) return true;
  std::cerr << "keymill: " << action << ": " << answer.summary() << ": " << answer.element("Message") << '\n';
  return false;
}

/// A provider that is there already gets the audiences that it lacks.
bool CreateProvider(AwsClient& client, const MintFlags& flags, const std::string& arn) {
  Parameters parameters{{"Url", flags.issuer}};
  for (std::size_t i = 0; i < flags.audiences.size(); ++i) {
    parameters.emplace_back("ClientIDList.member." + std::to_string(i + 1), flags.audiences[i]);
  }
  const Answer created = Ask(client, flags, "iam", "CreateOpenIDConnectProvider", parameters);
  if (created.code != "EntityAlreadyExists") return Done(created, "CreateOpenIDConnectProvider");
  for (const std::string& audience : flags.audiences) {
    const Answer added = Ask(client, flags, "iam", "AddClientIDToOpenIDConnectProvider",
                             {{"OpenIDConnectProviderArn", arn}, {"ClientID", audience}});
    if (!Done(added, "AddClientIDToOpenIDConnectProvider")) return false;
  }
  return true;
}

/// The ARN of the issuer's provider in the caller's account, once it has the key; empty if the server refused.
std::string Register(const MintFlags& flags, const json::value& jwks) {
  AwsClient client(flags.endpoint, flags.signing.region, flags.signing.credentials());
  const Answer caller = Ask(client, flags, "sts", "GetCallerIdentity");
  if (!Done(caller, "GetCallerIdentity")) return {};
  const std::string arn = "arn:aws:iam::" + caller.element("Account") + ":oidc-provider/" +
                          flags.issuer.substr(flags.issuer.find("://") + 3);
  if (flags.create_provider && !CreateProvider(client, flags, arn)) return {};
  const std::string body = json::serialize(json::object{{"provider", arn}, {"jwks", jwks}});
  if (AskControl(client, flags.endpoint, "PUT", "/oidc/jwks", body).done) return arn;
  if (!flags.create_provider) std::cerr << "keymill: --create-provider makes the provider, --offline needs none\n";
  return {};
}

int Mint(const MintFlags& flags) {
  static_cast<void>(Url(flags.issuer));  // throws if it is none
  const crypto::SigningAlgorithm& algorithm = *crypto::FindSigningAlgorithm(flags.algorithm);
  const std::int64_t now = std::time(nullptr);
  const json::object claims = Claims(flags, now);
  const crypto::PrivateKey key = LoadOrCreateTokenKey(flags.key_file, algorithm);
  const crypto::PublicNumbers numbers = key.numbers();
  const std::string id = federation::Thumbprint(numbers);
  // Without `alg`: the same key may sign by another algorithm next time.
  const json::value jwks = json::parse(federation::JwkSetText({federation::JwkText(numbers, id, {})}));
  std::string arn;
  if (!flags.offline && (arn = Register(flags, jwks)).empty()) return 1;
  const std::string token = federation::SignJwt(key, algorithm, id, json::serialize(claims));
  if (!flags.as_json) {
    // In a file it is the whole of AWS_WEB_IDENTITY_TOKEN_FILE, and boto3 sends a line's end too.
    std::cout << token << (::isatty(STDOUT_FILENO) == 1 ? "\n" : "") << std::flush;
    return std::cout ? 0 : 1;
  }
  json::object out{{"token", token}, {"claims", claims}, {"jwks", jwks}};
  if (!arn.empty()) out["provider"] = arn;
  std::cout << json::serialize(out) << '\n';
  return 0;
}

}  // namespace

void AddToken(CLI::App& app) {
  auto* token = app.add_subcommand("token", "Make web identity tokens for tests");
  token->require_subcommand(1);
  auto flags = std::make_shared<MintFlags>();
  auto* mint = token->add_subcommand(
      "mint", "Print a token as an issuer would sign it, and register its key with a running server");
  mint->add_option("--issuer", flags->issuer, "The issuer, for example https://token.actions.githubusercontent.com")
      ->required()
      ->type_name("URL");
  mint->add_option("--subject", flags->subject,
                   "Whom the token is about, for example repo:octo/app:ref:refs/heads/main")
      ->required()
      ->type_name("TEXT");
  mint->add_option("--audience", flags->audiences, "Whom it is for; repeatable")
      ->type_name("TEXT")
      ->take_all()
      ->capture_default_str();
  mint->add_option("--claim", flags->claims, "A further claim, a text; repeatable")->type_name("NAME=TEXT")->take_all();
  mint->add_option("--claim-json", flags->json_claims, "A further claim of any kind, such as exp=0; repeatable")
      ->type_name("NAME=JSON")
      ->take_all();
  mint->add_option("--expires-in", flags->lifetime, "Until it expires; negative: it has expired")
      ->type_name("SECONDS")
      ->capture_default_str();
  mint->add_option("--key-file", flags->key_file, "The issuer's private key (PEM); made if it is not there")
      ->required()
      ->type_name("FILE");
  mint->add_option("--algorithm", flags->algorithm, "How to sign; of a new key also its kind")
      ->check(CLI::IsMember({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}))
      ->capture_default_str();
  auto* create = mint->add_flag("--create-provider", flags->create_provider,
                                "Make the issuer an OpenID Connect provider of the caller's account, or add audiences");
  mint->add_flag("--offline", flags->offline, "Only print the token: no server is asked")->excludes(create);
  mint->add_option("--endpoint-url", flags->endpoint, "The server's URL; http only")
      ->envname("AWS_ENDPOINT_URL")
      ->type_name("http://HOST:PORT")
      ->capture_default_str();
  mint->add_flag("--json", flags->as_json, "Print token, claims, key set and provider as JSON");
  flags->signing.add_identity_to(*mint);
  mint->footer(
      "The server keeps one key set for each provider: use the same --key-file for all tokens of an issuer.\n"
      "Exit status: 0 done, 1 refused or no answer, 2 wrong usage.");
  mint->callback([flags] { throw CLI::RuntimeError(Mint(*flags)); });
}

}  // namespace keymill::tools
