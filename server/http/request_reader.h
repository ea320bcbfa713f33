#pragma once

// Included by this directory's .cc files only.

#include <optional>

#include "server/http/connection.h"
#include "server/http/head_parser.h"

namespace keymill::http {

/// Reads requests off a connection, one after the other: heads, and bodies for the application. Holds buffers only
/// while a request is in progress.
class RequestReader final : public BodyStream {
 public:
  enum class Head : std::uint8_t { kRequest, kEnd, kMalformed };

  RequestReader(IoThread::Impl& thread, Connection& connection) : thread_(thread), connection_(connection) {}
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// kEnd at an orderly end of the connection. After kMalformed, reason() says what is wrong.
  Task<Head> read_head();
  Malformed reason() const { return reason_; }
  /// Valid until the next read_head(), which frees the buffers it points into.
  const Request& request() const { return request_; }
  Task<Result<Bytes>> next() override;

  bool http10() const { return parser_->minor_version() == 0; }
  bool wants_keep_alive() const { return keep_alive_; }
  bool body_left() const { return unread_ > 0 || !chunks_done_; }
  bool broken() const { return body_broken_; }
  /// True if the rest of the body will come and is small enough to be read in vain.
  bool worth_draining() const;
  /// Reads and drops what the application left of the body. True if the connection is in step again.
  Task<bool> drop_body();
  /// Reads and drops whatever comes, to the end of the connection.
  Task<> drop_input();

  /// No request has arrived in full: nothing is lost if the connection ends.
  bool between_requests() const { return idle_ || reading_head_; }
  std::string& response_buffer() { return workspace_->out; }

 private:
  Task<Result<Bytes>> next_sized();
  Task<Result<Bytes>> next_chunked();
  Task<> send_continue();
  Task<bool> read_more();
  void make_room();
  void make_request();
  ErrorCode parse();
  std::size_t buffered() const { return workspace_->end - workspace_->begin; }

  IoThread::Impl& thread_;
  Connection& connection_;
  std::unique_ptr<Workspace> workspace_;
  std::optional<HeadParser> parser_;
  Request request_;
  Malformed reason_ = Malformed::kSyntax;
  std::uint64_t unread_ = 0;  // bytes of a sized body still to come
  bool idle_ = false;
  bool reading_head_ = false;  // a request has begun, but not all of its head is here
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  bool chunks_done_ = true;
  bool body_broken_ = false;
};

}  // namespace keymill::http
