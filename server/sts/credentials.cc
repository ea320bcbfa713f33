#include "server/sts/credentials.h"

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "store/db.h"

namespace keymill::sts {

Result<Credentials> Issue(const pipeline::Call& call, pipeline::Session session, std::int64_t seconds,
                          std::int64_t least) {
  constexpr store::Millis kSecond = 1000;
  session.issued = call.now() / kSecond * kSecond;  // STS tells times to the second
  session.expires = session.issued + seconds * kSecond;
  session.access_key_id = aws::NewAccessKeyId("ASIA", session.account);
  session.secret = aws::NewSecret();
  Credentials made;
  made.token = pipeline::SealSession(call.services().db.vault(), session, static_cast<std::size_t>(least));
  if (made.utilization() > 100) return TooLarge(session, made.utilization());
  made.packed = !session.policies.empty() || !session.policy_arns.empty() || !session.tags.empty();
  made.access_key_id = std::move(session.access_key_id);
  made.secret = std::move(session.secret);
  made.expires = session.expires;
  return made;
}

void WriteCredentials(aws::XmlWriter& xml, const Credentials& credentials) {
  xml.open("Credentials").text("AccessKeyId", credentials.access_key_id);
  xml.text("SecretAccessKey", credentials.secret).text("SessionToken", credentials.token);
  xml.text("Expiration", aws::IsoSeconds(credentials.expires)).close();
}

void WriteTokenSize(aws::XmlWriter& xml, const Credentials& credentials) {
  xml.number("SessionTokenUtilization", credentials.utilization());
  xml.number("SessionTokenSize", static_cast<std::int64_t>(credentials.token.size()));
}

void WritePackedSize(aws::XmlWriter& xml, const Credentials& credentials) {
  if (credentials.packed) xml.number("PackedPolicySize", credentials.utilization());
  WriteTokenSize(xml, credentials);
}

}  // namespace keymill::sts
