#include "server/sts/saml_token.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "server/aws/arn.h"
#include "server/federation/saml_response.h"
#include "server/iam/saml_keys.h"
#include "server/iam/saml_providers.h"
#include "server/sts/errors.h"
#include "server/sts/federated_session.h"
#include "server/sts/fields.h"
#include "server/sts/saml_claims.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::sts {
namespace {

using federation::SamlAssertion;
using federation::SamlResponse;

constexpr std::int64_t kRedeemWithin = 5 * 60 * 1000;  // milliseconds
constexpr std::size_t kMaxSubject = 1024;              // octets: it stays with the session, whose token is a header
constexpr std::size_t kMaxFormat = 256;
constexpr std::string_view kBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
constexpr std::string_view kFormatFamily = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
constexpr std::string_view kService = "urn:amazon:webservices";
constexpr std::string_view kAttributes = "https://aws.amazon.com/SAML/Attributes/";
constexpr std::string_view kPrincipalTag = "https://aws.amazon.com/SAML/Attributes/PrincipalTag:";

aws::Error Invalid(std::string message) {
  return {InvalidIdentityToken, std::move(message)};
}

aws::Error InvalidResponse() {
  return Invalid("Your request included an invalid SAML response.");
}

aws::Error NotAuthorized() {
  return {AccessDenied, "Not authorized to perform " + std::string(kAssumeRoleWithSaml)};
}

/// AWS's sign-in endpoint, global or of a region, also with the id of a provider: https://signin.aws.amazon.com/saml,
/// https://us-east-2.signin.aws.amazon.com/saml/acs/ID.
bool IsSignInUrl(std::string_view url) {
  constexpr std::string_view kScheme = "https://", kHost = "signin.aws.amazon.com";
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  const auto slash = url.find('/');
  std::string_view host = url.substr(0, slash);
  const std::string_view path = slash == std::string_view::npos ? std::string_view() : url.substr(slash);
  if (!host.ends_with(kHost)) return false;
  host.remove_suffix(kHost.size());
  const auto in_region = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  const bool regional = host.size() > 1 && host.back() == '.' && std::all_of(host.begin(), host.end() - 1, in_region);
  if (!host.empty() && !regional) return false;
  return path == "/saml" || path == "/static/saml" || path.starts_with("/saml/acs/");
}

const std::vector<std::string>* AwsAttribute(const SamlAssertion& assertion, std::string_view name) {
  return assertion.attribute(std::string(kAttributes).append(name));
}

/// The one value of an attribute of AWS's; empty if it is not there, or not one.
std::string OneValue(const SamlAssertion& assertion, std::string_view name) {
  const auto* values = AwsAttribute(assertion, name);
  return values != nullptr && values->size() == 1 ? values->front() : std::string();
}

/// [a-zA-Z_0-9+=,.@-]{2,64}
bool IsName(const std::string& text) {
  return text.size() >= 2 && text.size() <= 64 && IsSessionName(aws::CodePoints(text));
}

std::optional<aws::Error> CheckTimes(const SamlAssertion& assertion, std::int64_t now) {
  constexpr std::int64_t kFuture = std::numeric_limits<std::int64_t>::max();
  const auto& confirmation = assertion.confirmations.front();
  const std::int64_t ends = std::min({*confirmation.not_on_or_after, assertion.not_on_or_after.value_or(kFuture),
                                      assertion.session_ends.value_or(kFuture)});
  if (now >= ends) return aws::Error(ExpiredToken, "Response has expired");
  if (!assertion.issued) return InvalidResponse();
  if (now >= *assertion.issued + kRedeemWithin) {
    return aws::Error(ExpiredToken, "Token must be redeemed within 5 minutes of issuance");
  }
  const std::int64_t begins =
      std::max({*assertion.issued, assertion.not_before.value_or(0), confirmation.not_before.value_or(0)});
  if (begins <= now + kClockSkew * 1000) return std::nullopt;
  return aws::Error(IdpRejectedClaim, "Response is not valid yet");
}

/// For AWS, for whoever bears it, and now.
std::optional<aws::Error> CheckConditions(const SamlAssertion& assertion, std::int64_t now) {
  if (assertion.confirmations.size() != 1) return InvalidResponse();
  const auto& confirmation = assertion.confirmations.front();
  if (confirmation.method != kBearer || !confirmation.not_on_or_after || !IsSignInUrl(confirmation.recipient)) {
    return InvalidResponse();
  }
  const auto for_aws = [](const std::vector<std::string>& audiences) {
    return std::any_of(audiences.begin(), audiences.end(),
                       [](const std::string& audience) { return audience == kService || IsSignInUrl(audience); });
  };
  if (assertion.audiences.empty() || !std::all_of(assertion.audiences.begin(), assertion.audiences.end(), for_aws)) {
    return Invalid("Response does not contain the required audience.");
  }
  return CheckTimes(assertion, now);
}

/// The role must be one that the provider gives to this user: a pair of ARNs in either order.
std::optional<aws::Error> CheckRole(const SamlAssertion& assertion, const SamlRequest& request) {
  const auto* pairs = AwsAttribute(assertion, "Role");
  if (pairs == nullptr || pairs->empty()) return InvalidResponse();
  for (std::string pair : *pairs) {
    std::erase_if(pair, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    if (pair == request.role_arn + "," + request.provider_arn) return std::nullopt;
    if (pair == request.provider_arn + "," + request.role_arn) return std::nullopt;
  }
  return NotAuthorized();
}

/// How long the session may last: the provider can only shorten it.
Result<std::int64_t> Longest(const SamlAssertion& assertion, std::int64_t now) {
  std::int64_t longest = kRoleDuration.max;
  if (AwsAttribute(assertion, "SessionDuration") != nullptr) {
    const std::string text = OneValue(assertion, "SessionDuration");
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), longest);
    if (fault != std::errc{} || end != text.data() + text.size() || longest < kRoleDuration.min ||
        longest > kRoleDuration.max) {
      return Invalid("SessionDuration in AuthnResponse must be between 900 and 43200 seconds");
    }
  }
  if (assertion.session_ends) longest = std::min(longest, (*assertion.session_ends - now + 999) / 1000);
  return longest;
}

std::optional<aws::Error> ReadSessionClaims(const SamlAssertion& assertion, FederatedCaller& caller) {
  const auto* names = AwsAttribute(assertion, "RoleSessionName");
  if (names == nullptr || names->empty()) return Invalid("RoleSessionName is required in AuthnResponse");
  caller.session_name = OneValue(assertion, "RoleSessionName");
  if (!IsName(caller.session_name)) {
    return Invalid("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}");
  }
  if (AwsAttribute(assertion, "SourceIdentity") != nullptr) {
    caller.source_identity = OneValue(assertion, "SourceIdentity");
    if (!IsName(caller.source_identity)) {
      return Invalid("Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"");
    }
  }
  for (const auto& [name, values] : assertion.attributes) {
    if (!name.starts_with(kPrincipalTag)) continue;
    if (values.size() != 1) return aws::Error(IdpRejectedClaim, "A session tag must have one value");
    caller.tags.emplace_back(name.substr(kPrincipalTag.size()), values.front());
  }
  if (const auto* keys = AwsAttribute(assertion, "TransitiveTagKeys")) caller.transitive_tags = *keys;
  return std::nullopt;
}

/// As the STS API reference calculates it: BASE64(SHA1(issuer + account + "/" + name)).
std::string NameQualifier(const std::string& issuer, const store::Item& provider) {
  sigv4::Sha1 sha1;
  sha1.update(issuer + provider.owner + "/" + provider.name);
  const sigv4::Sha1Digest digest = sha1.finish();
  return sigv4::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

void SetConditionKeys(const SamlAssertion& assertion, const store::Item& provider, SamlIdentity& identity) {
  identity.caller.claims = {{"saml:sub", identity.subject},
                            {"saml:sub_type", identity.subject_type},
                            {"saml:namequalifier", identity.name_qualifier}};
  identity.caller.trust_claims = AttributeKeys(assertion);
  identity.caller.trust_claims.emplace_back("saml:aud", identity.recipient);
  identity.caller.trust_claims.emplace_back("saml:iss", identity.issuer);
  identity.caller.trust_claims.emplace_back("saml:doc", provider.owner + "/" + provider.name);
}

/// The assertion of a response that the provider has signed.
Result<SamlAssertion> Believe(const SamlResponse& response, const store::Item& provider, std::int64_t now) {
  if (!response.succeeded()) {
    return aws::Error(IdpRejectedClaim, "The identity provider reported that authentication failed");
  }
  const std::vector<std::string> keys = iam::SamlPrivateKeys(provider);
  if (response.encrypted() && keys.empty()) return Invalid("The specified provider has no private key to decrypt with");
  if (!response.encrypted() && iam::RequiresEncryption(provider)) {
    return Invalid("The specified provider requires encrypted assertions");
  }
  const auto metadata = federation::ReadSamlMetadata(provider.document);
  const bool silent = response.encrypted() && response.claimed_issuer().empty();  // the assertion will tell
  if (!metadata || (!silent && response.claimed_issuer() != metadata->entity_id)) {
    return Invalid("Issuer not present in specified provider");
  }
  if (metadata->valid_until && now >= *metadata->valid_until) {
    return Invalid("The metadata of the specified provider has expired");
  }
  const auto octets = response.verify(metadata->certificates, keys);
  if (!octets) return Invalid("Response signature invalid");
  auto assertion = SamlAssertion::Read(*octets);
  if (!assertion || assertion->issuer != metadata->entity_id) return InvalidResponse();
  return *std::move(assertion);
}

Result<SamlIdentity> Identify(const SamlAssertion& assertion, const SamlRequest& request, const store::Item& provider,
                              std::int64_t now) {
  if (auto refusal = CheckConditions(assertion, now)) return *refusal;
  if (assertion.subject.empty()) return NotAuthorized();  // as the guide's page on troubleshooting says
  if (assertion.subject.size() > kMaxSubject || assertion.subject_format.size() > kMaxFormat) return InvalidResponse();
  if (auto refusal = CheckRole(assertion, request)) return *refusal;
  const auto longest = Longest(assertion, now);
  if (!longest) return longest.error();
  SamlIdentity identity;
  if (auto refusal = ReadSessionClaims(assertion, identity.caller)) return *refusal;
  identity.longest = *longest;
  identity.issuer = assertion.issuer;
  identity.recipient = assertion.confirmations.front().recipient;
  identity.subject = assertion.subject;
  const std::string_view format = assertion.subject_format;
  identity.subject_type = format.starts_with(kFormatFamily) ? format.substr(kFormatFamily.size()) : format;
  identity.name_qualifier = NameQualifier(assertion.issuer, provider);
  identity.caller.provider = request.provider_arn;
  SetConditionKeys(assertion, provider, identity);
  return identity;
}

}  // namespace

Task<Result<SamlIdentity>> CheckSamlToken(pipeline::Call& call, const SamlRequest& request) {
  const auto text = federation::DecodeXmlBase64(request.response);
  if (!text) co_return Invalid("Invalid base64 SAMLResponse");
  const auto response = SamlResponse::Parse(*text);
  if (!response) co_return InvalidResponse();
  const std::string account(aws::Arn::Parse(request.role_arn)->account);
  auto find = [&](const store::Reader& reader) { return iam::FindSamlProvider(reader, account, request.provider_arn); };
  const auto provider = co_await call.read(find);
  if (!provider) co_return Invalid("Specified provider doesn't exist");
  const auto assertion = Believe(*response, *provider, call.now());
  if (!assertion) co_return assertion.error();
  co_return Identify(*assertion, request, *provider, call.now());
}

}  // namespace keymill::sts
