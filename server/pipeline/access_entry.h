#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/pipeline/bucket_state.h"
#include "server/pipeline/call.h"
#include "server/pipeline/identity.h"

namespace keymill::pipeline {

/// One request as its bucket's access log tells of it (AWS: "Amazon S3 server access log format"). Empty texts become
/// "-". Kept for requests to buckets that have a log only.
struct AccessEntry {
  std::shared_ptr<const BucketState> bucket;
  store::Millis time = 0;  ///< when the request came
  std::string remote_ip, requester, request_id, operation;
  std::string key;
  std::string request_uri;  ///< without signatures and tokens
  int status = 0;
  std::string error_code;
  std::uint64_t bytes_sent = 0;  ///< of the body
  std::optional<std::uint64_t> object_size;
  store::Millis total = 0, turn_around = 0;  ///< milliseconds
  std::string referer, user_agent, version_id, host_id, signature_version, authentication, host, tls_version;
  bool acl_required = false;  ///< nothing but an ACL has allowed it
};

/// What the head of the request says. `operation`: nullptr for a CORS preflight.
AccessEntry BeginEntry(const http::Request& request, const Operation* operation);
/// Who made the request: the ARN of a user or a session, the canonical id of a root user, nobody.
std::string RequesterOf(const Identity& identity);
/// S3's name of an operation in its logs: REST.GET.OBJECT.
std::string LoggedOperation(std::string_view method, const Operation* operation);
/// A path with its query as logs show it: without the values of signatures, credentials' tokens and the like.
std::string RedactedTarget(std::string_view path, std::string_view query);
/// The size of the object that an answer to GetObject or HeadObject tells of.
std::optional<std::uint64_t> ObjectSizeOf(const http::Response& response);

/// The line, with its line feed.
std::string FormatEntry(const AccessEntry& entry);

}  // namespace keymill::pipeline
