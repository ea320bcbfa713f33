#pragma once

#include "server/aws/form.h"
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
/// CreateVirtualMFADevice's input, with a new seed.
Result<store::Item> ReadCreateMfaDevice(const aws::Form::Pairs& form, std::string_view account, store::Millis now);
/// Makes it the device of that user (of the root user, whose id is the account) from `now` on, for the caller to store.
/// EntityAlreadyExists if it has another owner, LimitExceeded.
Result<> AssignMfaDevice(const store::Reader& reader, store::Item& device, const std::string& owner_id,
                         store::Millis now);
extern const TaggedKind<store::Item> kTaggedMfaDevice;

}  // namespace keymill::iam
