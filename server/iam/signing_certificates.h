#pragma once

#include <string_view>

#include "server/crypto/x509.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/records.h"

/// X.509 certificates that users, and the root user, sign requests of SOAP services with.
namespace keymill::iam {

Task<Result<http::Response>> UploadSigningCertificate(pipeline::Call& call);
Task<Result<http::Response>> ListSigningCertificates(pipeline::Call& call);
Task<Result<http::Response>> UpdateSigningCertificate(pipeline::Call& call);
Task<Result<http::Response>> DeleteSigningCertificate(pipeline::Call& call);

/// The one certificate of the text, if it is good at `now`: MalformedCertificate for what cannot be read and for one
/// that has expired.
Result<crypto::Certificate> ReadOneCertificate(std::string_view pem, store::Millis now);

}  // namespace keymill::iam
