#pragma once

#include <optional>
#include <string>

#include "server/pipeline/call.h"
#include "store/txn.h"

namespace keymill::control {

struct ExportOptions {
  bool secrets = false;  ///< access keys, passwords and MFA devices, which are left out otherwise
  bool objects = false;  ///< objects, where a bucket keeps versions with all of them
};

/// The state that `reader` shows as a seed (SEED.md), indented; nullopt if it would be larger than a seed may be.
std::optional<std::string> ExportSeed(const store::Reader& reader, const ExportOptions& options);

/// GET /export?objects=true
Task<Result<http::Response>> GetExport(pipeline::Call& call);
/// GET /export/secrets?objects=true: an operation of its own, so that a policy can allow the one without the other.
Task<Result<http::Response>> GetExportWithSecrets(pipeline::Call& call);

}  // namespace keymill::control
