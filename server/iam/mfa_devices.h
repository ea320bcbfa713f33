#pragma once

#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"

/// Virtual MFA devices and whose they are. Their codes are checked by pipeline/mfa.
namespace keymill::iam {

Task<Result<http::Response>> CreateVirtualMFADevice(pipeline::Call& call);
Task<Result<http::Response>> DeleteVirtualMFADevice(pipeline::Call& call);
Task<Result<http::Response>> ListVirtualMFADevices(pipeline::Call& call);
Task<Result<http::Response>> EnableMFADevice(pipeline::Call& call);
Task<Result<http::Response>> ResyncMFADevice(pipeline::Call& call);
Task<Result<http::Response>> DeactivateMFADevice(pipeline::Call& call);
Task<Result<http::Response>> GetMFADevice(pipeline::Call& call);
Task<Result<http::Response>> ListMFADevices(pipeline::Call& call);
extern const TaggedKind<store::Item> kTaggedMfaDevice;

}  // namespace keymill::iam
