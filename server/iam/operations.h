#pragma once

#include <span>

#include "server/pipeline/operation.h"

namespace keymill::iam {

/// The operations of IAM (2010-05-08), sorted by name.
std::span<const pipeline::Operation> Operations();

}  // namespace keymill::iam
