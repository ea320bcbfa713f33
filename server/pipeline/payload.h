#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "server/http/body.h"
#include "server/result.h"

namespace keymill::pipeline {

/// The request's payload as handlers read it: HTTP and aws-chunked framing removed, and signatures and hashes checked.
/// Bytes come before the last check: nothing may become visible until finish() has succeeded.
class Payload {
 public:
  virtual ~Payload() = default;

  /// The next decoded bytes, valid until the next call; empty at the end. Errors: those of the framing and of chunk
  /// signatures (aws-facts A7), IncompleteBody, RequestTimeout.
  virtual Task<Result<http::Bytes>> next() = 0;
  /// After the end: the payload hash and the trailers' signature have been verified. Must be called before a commit.
  virtual Result<> finish() = 0;
  /// Decoded length if the client declared it (Content-Length or x-amz-decoded-content-length).
  virtual std::optional<std::uint64_t> length() const = 0;
  /// Trailer value (checksum trailers), once finish() has succeeded. Name in lower case.
  virtual std::optional<std::string> trailer(std::string_view name) const = 0;

  /// Everything, verified; more than `cap` bytes is the error MaxMessageLengthExceeded.
  Task<Result<std::string>> read_all(std::size_t cap);
};

}  // namespace keymill::pipeline
