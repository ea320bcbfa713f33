#pragma once

#include <span>

#include "server/pipeline/operation.h"

namespace keymill::control {

/// Keymill's own API below /_keymill/v1: signed like any AWS service (scope `keymill`), JSON in and out.
std::span<const pipeline::Operation> Operations();

}  // namespace keymill::control
