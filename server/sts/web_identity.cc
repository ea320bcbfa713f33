#include "server/sts/web_identity.h"

#include "server/aws/arn.h"
#include "server/sts/answer.h"
#include "server/sts/assume_role.h"
#include "server/sts/errors.h"
#include "server/sts/federated_session.h"
#include "server/sts/fields.h"
#include "server/sts/web_token.h"
#include "sigv4/encoding.h"

namespace keymill::sts {
namespace {

/// The caller with the condition keys that its provider's tokens give: HOST/PATH:sub and so on.
FederatedCaller CallerOf(const WebIdentity& identity, const std::string& session_name) {
  FederatedCaller caller;
  caller.provider = identity.provider_arn;
  caller.session_name = session_name;
  const std::string prefix = sigv4::lower(identity.provider_name) + ":";
  caller.claims.emplace_back(prefix + "sub", identity.claims.subject);
  caller.claims.emplace_back(prefix + "aud", identity.audience);
  for (const std::string& method : identity.claims.methods) caller.claims.emplace_back(prefix + "amr", method);
  caller.tags = identity.claims.tags;
  caller.transitive_tags = identity.claims.transitive_tags;
  caller.source_identity = identity.claims.source_identity;
  return caller;
}

}  // namespace

Task<Result<http::Response>> AssumeRoleWithWebIdentity(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const std::string role_arn = form.required(kRoleArn);
  const std::string name = form.required(kRoleSessionName);
  const std::string token = form.required(kWebIdentityToken);
  const auto provider_id = form.optional(kProviderId);
  SessionLimits limits = ReadLimits(form, kBriefPolicy);
  const std::int64_t seconds = form.integer(kRoleDuration).value_or(kDefaultRoleDuration);
  const std::int64_t least = form.integer(kTokenSize).value_or(0);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckRequestArn(role_arn)) co_return *refusal;
  if (provider_id) {  // an OAuth 2.0 access token, which only its provider could read
    co_return aws::Error(InvalidIdentityToken, "Access tokens of " + *provider_id + " are not supported");
  }
  const std::string account(aws::Arn::Parse(role_arn)->account);
  const auto identity = co_await CheckWebToken(call, account, token);
  if (!identity) co_return identity.error();
  const FederatedCaller caller = CallerOf(*identity, name);
  const FederatedRequest request{role_arn, "sts:AssumeRoleWithWebIdentity", std::move(limits), seconds, seconds, least};
  const auto session = co_await AssumeFederated(call, request, caller);
  if (!session) co_return session.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    // AWS's documentation calls the provider `iss` and has another order of elements; this is what AWS answers.
    xml.text("Audience", identity->audience);
    WriteAssumedRole(xml, session->role, name);
    xml.text("Provider", caller.provider);
    WriteCredentials(xml, session->credentials);
    xml.text("SubjectFromWebIdentityToken", identity->claims.subject);
    xml.optional_text("SourceIdentity", caller.source_identity);
    WritePackedSize(xml, session->credentials);
  });
}

}  // namespace keymill::sts
