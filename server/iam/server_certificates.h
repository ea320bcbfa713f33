#pragma once

#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Server certificates of the account, for load balancers and CloudFront. Nothing here serves with them, so the private
/// key is checked and not kept.
namespace keymill::iam {

Task<Result<http::Response>> UploadServerCertificate(pipeline::Call& call);
Task<Result<http::Response>> GetServerCertificate(pipeline::Call& call);
Task<Result<http::Response>> ListServerCertificates(pipeline::Call& call);
Task<Result<http::Response>> UpdateServerCertificate(pipeline::Call& call);
Task<Result<http::Response>> DeleteServerCertificate(pipeline::Call& call);

extern const TaggedKind<store::Entity> kTaggedServerCertificate;

}  // namespace keymill::iam
