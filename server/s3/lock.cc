#include "server/s3/lock.h"

#include "server/aws/time.h"
#include "server/s3/authorization.h"
#include "server/s3/errors.h"
#include "server/s3/lock_configuration.h"
#include "server/s3/retention.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kModeHeader = "x-amz-object-lock-mode";
constexpr std::string_view kUntilHeader = "x-amz-object-lock-retain-until-date";
constexpr std::string_view kHoldHeader = "x-amz-object-lock-legal-hold";
constexpr std::string_view kBypassHeader = "x-amz-bypass-governance-retention";
constexpr store::Millis kDay = 86400000;
constexpr store::Millis kDaysOfYear = 365;

}  // namespace

Result<> ReadLockHeaders(const pipeline::Call& call, store::Object& object) {
  const auto mode = call.header(kModeHeader), until = call.header(kUntilHeader), hold = call.header(kHoldHeader);
  if (mode.has_value() != until.has_value()) {
    return Error(InvalidArgument,
                 "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
        .with("ArgumentName", std::string(mode ? kUntilHeader : kModeHeader));
  }
  if (mode) {
    const auto known = ParseLockMode(*mode);
    if (!known) return InvalidArgumentNamed("Unknown wormMode directive.", kModeHeader, *mode);
    const auto time = aws::ParseIso(*until);
    if (!time) {
      return InvalidArgumentNamed("The retain until date must be provided in ISO 8601 format", kUntilHeader, *until);
    }
    if (*time <= call.now()) {
      return InvalidArgumentNamed("The retain until date must be in the future!", kUntilHeader, *until);
    }
    object.lock_mode = *known;
    object.retain_until = *time;
  }
  if (hold) {
    if (*hold != "ON" && *hold != "OFF") {
      return InvalidArgumentNamed("Legal Hold must be either of 'ON' or 'OFF'", kHoldHeader, *hold);
    }
    SetLegalHold(object, *hold == "ON");
  }
  return {};
}

Result<> CheckLockable(const store::Bucket& bucket, const store::Object& object) {
  const bool wanted = object.lock_mode != store::LockMode::kNone || LegalHold(object);
  if (!wanted || bucket.object_lock) return {};
  return MissingLockConfiguration();
}

void ApplyDefaultRetention(const store::Reader& reader, const store::Bucket& bucket, store::Object& object) {
  if (!bucket.object_lock || object.delete_marker || object.lock_mode != store::LockMode::kNone) return;
  const auto configured = FindDefaultRetention(reader, bucket);
  if (!configured) return;
  object.lock_mode = ParseLockMode(configured->mode).value_or(store::LockMode::kNone);
  const store::Millis days = configured->days ? *configured->days : *configured->years * kDaysOfYear;
  object.retain_until = object.modified + days * kDay;
}

Result<> CheckBypassHeader(const pipeline::Call& call, const store::Bucket& bucket) {
  const auto value = call.header(kBypassHeader);
  if (!value || bucket.object_lock) return {};
  return InvalidArgumentNamed("x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
                              kBypassHeader, *value);
}

bool MayBypass(const pipeline::Call& call, const std::string& key) {
  if (!sigv4::equals_ignoring_case(call.header_or_empty(kBypassHeader), "true")) return false;
  return static_cast<bool>(Authorize(call, "s3:BypassGovernanceRetention", SubjectOf(call, key)));
}

bool IsLocked(const store::Object& object, store::Millis now) {
  return object.legal_hold || (object.lock_mode != store::LockMode::kNone && object.retain_until > now);
}

Result<> CheckDeletable(const pipeline::Call& call, const store::Object& object) {
  if (!IsLocked(object, call.now())) return {};
  const bool bypassable = !object.legal_hold && object.lock_mode == store::LockMode::kGovernance;
  if (bypassable && MayBypass(call, object.key)) return {};
  return ProtectedByLock();
}

void WriteLockHeaders(http::Response& response, const store::Object& object) {
  if (object.lock_mode != store::LockMode::kNone) {
    response.header(kModeHeader, ShowLockMode(object.lock_mode))
        .header(kUntilHeader, aws::IsoMillis(object.retain_until));
  }
  if (const auto hold = LegalHold(object)) response.header(kHoldHeader, *hold ? "ON" : "OFF");
}

}  // namespace keymill::s3
