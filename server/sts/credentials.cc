#include "server/sts/credentials.h"

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "store/db.h"

namespace keymill::sts {

Credentials Issue(const pipeline::Call& call, pipeline::Session session, std::int64_t seconds) {
  constexpr store::Millis kSecond = 1000;
  session.issued = call.now() / kSecond * kSecond;  // STS tells times to the second
  session.expires = session.issued + seconds * kSecond;
  session.access_key_id = aws::NewAccessKeyId("ASIA", session.account);
  session.secret = aws::NewSecret();
  std::string token = pipeline::SealSession(call.services().db.vault(), session);
  return {std::move(session.access_key_id), std::move(session.secret), std::move(token), session.expires};
}

void WriteCredentials(aws::XmlWriter& xml, const Credentials& credentials) {
  xml.open("Credentials").text("AccessKeyId", credentials.access_key_id);
  xml.text("SecretAccessKey", credentials.secret).text("SessionToken", credentials.token);
  xml.text("Expiration", aws::IsoSeconds(credentials.expires)).close();
}

}  // namespace keymill::sts
