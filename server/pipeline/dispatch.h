#pragma once

#include <memory>

#include "server/http/server.h"
#include "server/pipeline/bucket_state.h"
#include "server/pipeline/call.h"
#include "server/pipeline/clock.h"
#include "server/pipeline/error_response.h"
#include "server/pipeline/router.h"

namespace keymill::pipeline {

struct AccessEntry;

/// The life of a request: route, verify, authorise, run, answer. Each stage's output is the next one's input, and the
/// first refusal is the answer. This is the only place that makes a Call, so no handler runs unauthenticated.
class Dispatcher final : public http::Application {
 public:
  /// The ARNs that an IAM or STS request asks to act on. May read the store: a known user's ARN has its real path.
  using ResourcesOf = std::vector<std::string> (*)(const store::Reader&, const Operation&, const Params&,
                                                   const Identity&);

  /// Refuses an S3 request that lacks one of the permissions that it needs.
  using AuthorizeS3 = Task<Result<>> (*)(Call&);

  /// Answers for a bucket's website. The call is anonymous and not yet authorised: a page is made of several objects.
  using AnswerWebsite = Task<http::Response> (*)(Call&, const ErrorContext&);

  Dispatcher(const Services& services, const Router& router, ResourcesOf resources, AuthorizeS3 authorize_s3,
             AnswerWebsite website)
      : services_(services), router_(router), resources_(resources), authorize_s3_(authorize_s3), website_(website) {}

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override;
  http::Response refuse(http::Malformed reason) override;

 private:
  struct Exchange;  // what is known of one request for its answer, however it ends

  Task<Result<http::Response>> answer(const http::Request& request, http::BodyStream& body, Exchange& exchange);
  Task<Result<http::Response>> answer_s3(const http::Request& request, http::BodyStream& body, Exchange& exchange);
  Task<Result<http::Response>> answer_post(const http::Request& request, http::BodyStream& body, Exchange& exchange,
                                           Route route);
  Task<Result<http::Response>> answer_website(const http::Request& request, http::BodyStream& body, Exchange& exchange,
                                              std::string bucket);
  /// Leaves a line in the log of a bucket that has one.
  void log_access(AccessEntry& entry, const http::Response& response, const http::Request& request,
                  const std::string& code);
  Task<std::shared_ptr<const BucketState>> find_bucket(std::string_view name);
  Task<Result<http::Response>> answer_control(const http::Request& request, http::BodyStream& body, Exchange& exchange);
  Task<Result<http::Response>> answer_query(const http::Request& request, http::BodyStream& body, Exchange& exchange,
                                            Router::Target target);

  Services services_;
  const Router& router_;
  ResourcesOf resources_;
  AuthorizeS3 authorize_s3_;
  AnswerWebsite website_;
};

}  // namespace keymill::pipeline
