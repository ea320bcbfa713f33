#pragma once

#include <cstdint>
#include <string>

#include "server/aws/xml_writer.h"
#include "server/pipeline/call.h"
#include "server/pipeline/session_token.h"

/// Temporary credentials as every operation of STS makes and shows them.
namespace keymill::sts {

struct Credentials {
  std::string access_key_id;
  std::string secret;
  std::string token;
  store::Millis expires = 0;
};

/// Makes the session valid from now for `seconds`, with a key of its own. Nothing is stored: the token is the session.
Credentials Issue(const pipeline::Call& call, pipeline::Session session, std::int64_t seconds);

/// <Credentials>…</Credentials>
void WriteCredentials(aws::XmlWriter& xml, const Credentials& credentials);

}  // namespace keymill::sts
