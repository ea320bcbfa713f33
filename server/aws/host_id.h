#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keymill::aws {

/// S3's x-amz-id-2 of the request with this id, 56 octets in base64: answers and the messages that tell of the request
/// have the same one.
std::string HostIdOf(std::string_view request_id);

/// STS's x-amz-sts-extended-request-id of the request with this id, answered in this region at this time
/// (milliseconds): what AWS's say once they are decoded, `1:us-east-1:S:1778614830309:R:` and eight letters and digits.
std::string StsExtendedIdOf(std::string_view request_id, std::string_view region, std::int64_t now);

}  // namespace keymill::aws
