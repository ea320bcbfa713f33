#pragma once

#include "server/pipeline/call.h"
#include "server/pipeline/error_response.h"

namespace keymill::s3 {

/// Answers a request to a bucket's website endpoint, which is nobody's in particular: index documents, redirections,
/// the site's own error document, or S3's error page ("Hosting a static website using Amazon S3"). `call` names the
/// bucket and the key that the path stands for, and has no parameters: a website's query string means nothing to S3.
Task<http::Response> AnswerWebsite(pipeline::Call& call, const pipeline::ErrorContext& context);

}  // namespace keymill::s3
