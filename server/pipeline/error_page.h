#pragma once

#include "server/pipeline/error_response.h"

namespace keymill::pipeline {

/// A refusal as a bucket's website shows it to browsers: S3's predefined HTML page, every text in it escaped, and
/// x-amz-error-* headers. With `document_failure`, also why the site's own error document could not be shown instead
/// ("Configuring a custom error document").
http::Response ErrorPage(const aws::Error& error, const ErrorContext& context,
                         const aws::Error* document_failure = nullptr);

/// x-amz-error-code, x-amz-error-message and an x-amz-error-detail-* for each of the error's details.
void WriteErrorHeaders(http::Response& response, const aws::Error& error);

}  // namespace keymill::pipeline
