#pragma once

#include <optional>
#include <string>

#include "server/aws/form.h"
#include "server/pipeline/call.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::sts {

/// What a request says about a second factor.
struct SecondFactor {
  std::optional<std::string> serial_number;
  std::optional<std::string> token_code;
};
SecondFactor ReadSecondFactor(aws::Form& form);

/// When the caller gave a second factor, in milliseconds: now if this code is right, 0 if none was given. AccessDenied
/// for half of it, a device that is not the caller's or a code that is not its current one.
Task<Result<store::Millis>> CheckSecondFactor(pipeline::Call& call, const SecondFactor& factor);

}  // namespace keymill::sts
