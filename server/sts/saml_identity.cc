#include "server/sts/saml_identity.h"

#include "server/aws/arn.h"
#include "server/sts/answer.h"
#include "server/sts/assume_role.h"
#include "server/sts/errors.h"
#include "server/sts/federated_session.h"
#include "server/sts/fields.h"
#include "server/sts/saml_token.h"

namespace keymill::sts {

Task<Result<http::Response>> AssumeRoleWithSAML(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  SamlRequest asked;
  asked.role_arn = form.required(kRoleArn);
  asked.provider_arn = form.required(kPrincipalArn);
  asked.response = form.required(kSamlAssertion);
  SessionLimits limits = ReadLimits(form, kBriefPolicy);
  const std::int64_t seconds = form.integer(kRoleDuration).value_or(kDefaultRoleDuration);
  const std::int64_t least = form.integer(kTokenSize).value_or(0);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckRequestArn(asked.role_arn)) co_return *refusal;
  if (auto refusal = CheckPrincipalArn(asked.provider_arn)) co_return *refusal;
  const auto identity = co_await CheckSamlToken(call, asked);
  if (!identity) co_return identity.error();
  const FederatedRequest request{asked.role_arn, kAssumeRoleWithSaml, std::move(limits),
                                 seconds,        identity->longest,   least};
  const auto session = co_await AssumeFederated(call, request, identity->caller);
  if (!session) co_return session.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("Issuer", identity->issuer).text("Audience", identity->recipient);
    xml.text("Subject", identity->subject).text("SubjectType", identity->subject_type);
    xml.text("NameQualifier", identity->name_qualifier);
    WriteAssumedRole(xml, session->role, identity->caller.session_name);
    WriteCredentials(xml, session->credentials);
    xml.optional_text("SourceIdentity", identity->caller.source_identity);
    WritePackedSize(xml, session->credentials);
  });
}

}  // namespace keymill::sts
