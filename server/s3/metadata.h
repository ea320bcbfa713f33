#pragma once

#include <cstdint>

#include "server/http/response.h"
#include "server/pipeline/call.h"
#include "store/records.h"

namespace keymill::s3 {

/// Takes an object's system headers, user metadata, tags, storage class and redirect from a request that makes it.
/// Errors: MetadataTooLarge, InvalidStorageClass, InvalidTag, those of encryption headers.
Result<> ReadObjectHeaders(const pipeline::Call& call, store::Object& object);

/// The part of it that x-amz-metadata-directive: REPLACE replaces.
Result<> ReadReplaceableHeaders(const pipeline::Call& call, store::Object& object);
/// Storage class, redirect and encryption: what a copy never takes from its source.
Result<> ReadPlacementHeaders(const pipeline::Call& call, store::Object& object);

/// The values of x-amz-storage-class and x-amz-website-redirect-location; empty = not given. Errors:
/// InvalidStorageClass, InvalidRedirectLocation.
Result<> SetPlacement(store::Object& object, std::string_view storage_class, std::string_view redirect);

/// What GET and HEAD, 304 included, say about an object. `overrides` may replace some: those are written by the caller.
struct Overrides {
  std::optional<std::string> content_type, content_language, expires, cache_control, content_disposition,
      content_encoding;
};
/// The response-* parameters. Only for signed requests.
Result<Overrides> ReadOverrides(const pipeline::Call& call);
void WriteObjectHeaders(http::Response& response, const store::Object& object, const Overrides& overrides);

/// The checksum of a new object, for the answers of writes.
void WriteChecksumHeaders(http::Response& response, const store::Object& object);
void WriteChecksumHeaders(http::Response& response, const store::ObjectPart& part);  ///< of a composite object
/// "…", as S3 shows ETags.
std::string Quoted(std::string_view etag);

}  // namespace keymill::s3
