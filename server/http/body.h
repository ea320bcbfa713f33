#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "server/result.h"
#include "server/task.h"

namespace keymill::http {

using Bytes = std::span<const std::byte>;

/// Thrown while a body is read when the client has gone: nobody is left to answer.
struct Disconnected {};

/// The request body off the wire, HTTP framing removed. The first call of next() answers an `Expect: 100-continue`,
/// so a request refused before costs the client no upload. What a handler leaves unread the session drains or closes.
class BodyStream {
 public:
  /// The next bytes, valid until the next call; empty at the end. Errors: RequestTimeout if the client stalls,
  /// IncompleteBody if chunked framing is broken. Throws Disconnected if the connection ends early.
  virtual Task<Result<Bytes>> next() = 0;

 protected:
  ~BodyStream() = default;
};

/// A run of bytes of a response body.
struct BodyPiece {
  Bytes bytes;
  /// The bytes are mapped pages of a file that never changes: the kernel may send the pages themselves, and may do so
  /// after they have been unmapped.
  bool file_pages = false;
};

/// Produces a response body piece by piece; empty at the end. The bytes live until the next call.
using BodySource = std::function<Task<BodyPiece>()>;

}  // namespace keymill::http
