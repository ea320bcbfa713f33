#pragma once

#include <cstdint>
#include <string>

#include "server/aws/xml_writer.h"
#include "server/pipeline/call.h"
#include "server/pipeline/session_token.h"
#include "server/result.h"
#include "server/sts/session_limits.h"

/// Temporary credentials as every operation of STS makes and shows them.
namespace keymill::sts {

struct Credentials {
  std::string access_key_id;
  std::string secret;
  std::string token;
  store::Millis expires = 0;
  bool packed = false;  ///< the token carries policies or tags

  /// How much of the space for a token it takes, in percent.
  std::int64_t utilization() const { return Percent(token.size(), kMaxTokenSize); }
};

/// Makes the session valid from now for `seconds`, with a key of its own. Nothing is stored: the token is the session,
/// of at least `least` octets. PackedPolicyTooLarge if it has more than kMaxTokenSize: AWS, which compresses it, has
/// that one limit since September 2026.
Result<Credentials> Issue(const pipeline::Call& call, pipeline::Session session, std::int64_t seconds,
                          std::int64_t least);

/// <Credentials>…</Credentials>
void WriteCredentials(aws::XmlWriter& xml, const Credentials& credentials);
/// SessionTokenUtilization and SessionTokenSize.
void WriteTokenSize(aws::XmlWriter& xml, const Credentials& credentials);
/// The same after PackedPolicySize, which is another name for the former, if there are policies or tags.
void WritePackedSize(aws::XmlWriter& xml, const Credentials& credentials);

}  // namespace keymill::sts
