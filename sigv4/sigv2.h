#pragma once

#include <string_view>

#include "sigv4/canonical_request.h"
#include "sigv4/request_view.h"
#include "sigv4/text_buffer.h"

namespace keymill::sigv4 {

/// Signature version 2 of S3, which boto3 still presigns with unless told otherwise.
struct SigV2Parts {
  RequestView request;
  const CanonicalQuery& query;
  std::string_view virtual_bucket;  ///< the bucket that Host names, empty for path-style
  bool in_query = false;            ///< a presigned URL: Expires takes Date's place
  std::string_view expires{};       ///< of a presigned URL
};

/// `METHOD \n Content-MD5 \n Content-Type \n Date or Expires \n x-amz headers, resource and sub-resources`. In a
/// presigned URL, content-md5, content-type and x-amz-* parameters count as headers, as SDKs hoist them there.
void write_sigv2_string_to_sign(TextBuffer& out, const SigV2Parts& parts);

}  // namespace keymill::sigv4
