#pragma once

#include <optional>
#include <string>

#include "server/http/request.h"
#include "server/pipeline/payload.h"
#include "sigv4/aws_chunked.h"

namespace keymill::pipeline {

/// What a verified request promises about its aws-chunked body. Owns its texts: it outlives the verifier's.
struct ChunkedClaim {
  sigv4::PayloadHash hash;               ///< `text` is not used
  std::optional<sigv4::ChunkSeed> seed;  ///< signed chunks only
  std::string access_key_id;             ///< for SignatureDoesNotMatch
  std::string canonical_request;         ///< the request's own: S3 echoes it when a chunk's signature differs
};

/// An aws-chunked body (aws-facts A7): framing removed, every chunk and the trailer verified, in constant memory.
class ChunkedPayload final : public Payload {
 public:
  /// Refuses what the headers already show to be wrong: a missing x-amz-decoded-content-length, a trailer beside an
  /// inline checksum, an unknown trailer name.
  static Result<> check_headers(const http::Request& request, const sigv4::PayloadHash& hash);
  /// Precondition: check_headers() accepted the request.
  ChunkedPayload(const http::Request& request, http::BodyStream& body, ChunkedClaim claim);

  Task<Result<http::Bytes>> next() override;
  Result<> finish() override;
  std::optional<std::uint64_t> length() const override { return length_; }
  std::optional<std::string> trailer(std::string_view name) const override;

 private:
  aws::Error refusal() const;

  http::BodyStream& body_;
  std::uint64_t length_;
  std::string access_key_id_, canonical_request_;
  sigv4::ChunkedDecoder decoder_;
  std::string_view input_;  // of the body's current piece, not decoded yet
};

}  // namespace keymill::pipeline
