#pragma once

#include <optional>
#include <string_view>

#include "server/pipeline/call.h"
#include "server/s3/errors.h"
#include "store/records.h"

namespace keymill::s3 {

/// GOVERNANCE or COMPLIANCE; nullopt for another text.
std::optional<store::LockMode> ParseLockMode(std::string_view text);
std::string_view ShowLockMode(store::LockMode mode);

/// Whether the hold is on; nullopt if nobody ever said.
std::optional<bool> LegalHold(const store::Object& object);
void SetLegalHold(store::Object& object, bool on);

/// True if the caller asks for the bypass of governance and its policies grant it.
bool MayBypass(const pipeline::Call& call, const std::string& key);

Error ProtectedByLock();
Error MissingLockConfiguration();  ///< on a bucket without object lock

}  // namespace keymill::s3
