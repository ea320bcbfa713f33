#pragma once

#include "server/http/server.h"
#include "server/pipeline/call.h"
#include "server/pipeline/clock.h"
#include "server/pipeline/router.h"

namespace keymill::pipeline {

/// The life of a request: route, verify, authorise, run, answer. Each stage's output is the next one's input, and the
/// first refusal is the answer. This is the only place that makes a Call, so no handler runs unauthenticated.
class Dispatcher final : public http::Application {
 public:
  /// The ARNs that an IAM or STS request asks to act on. May read the store: a known user's ARN has its real path.
  using ResourcesOf = std::vector<std::string> (*)(const store::Reader&, const Operation&, const Params&,
                                                   const Identity&);

  Dispatcher(const Services& services, const Router& router, ResourcesOf resources)
      : services_(services), router_(router), resources_(resources) {}

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override;
  http::Response refuse(http::Malformed reason) override;

 private:
  struct Exchange;  // what is known of one request for its answer, however it ends

  Task<Result<http::Response>> answer(const http::Request& request, http::BodyStream& body, Exchange& exchange);
  Task<Result<http::Response>> answer_s3(const http::Request& request, http::BodyStream& body, Exchange& exchange);
  Task<Result<http::Response>> answer_post(const http::Request& request, http::BodyStream& body, Exchange& exchange,
                                           Route route);
  Task<Result<http::Response>> answer_control(const http::Request& request, http::BodyStream& body, Exchange& exchange);
  Task<Result<http::Response>> answer_query(const http::Request& request, http::BodyStream& body, Exchange& exchange,
                                            Router::Target target);

  Services services_;
  const Router& router_;
  ResourcesOf resources_;
};

}  // namespace keymill::pipeline
