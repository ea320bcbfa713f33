#pragma once

#include <string>
#include <string_view>

namespace keymill::aws {

/// S3's x-amz-id-2 of the request with this id, 56 octets in base64: answers and the messages that tell of the request
/// have the same one.
std::string HostIdOf(std::string_view request_id);

}  // namespace keymill::aws
