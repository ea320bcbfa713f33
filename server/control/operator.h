#pragma once

#include "server/config.h"
#include "server/control/errors.h"
#include "server/pipeline/call.h"

namespace keymill::control {

/// Operations on the server as a whole, its accounts, state and snapshots, belong to the account that it was started
/// with: another tenant's administrator must not reach them, whatever its own policies allow.
inline Result<> RequireOperator(const pipeline::Call& call) {
  if (call.identity().account == call.services().config.account_id) return {};
  return aws::Error(NotTheServersAccount);
}

}  // namespace keymill::control
