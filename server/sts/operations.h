#pragma once

#include <span>

#include "server/pipeline/operation.h"

namespace keymill::sts {

/// The operations of STS (2011-06-15), sorted by name.
std::span<const pipeline::Operation> Operations();

}  // namespace keymill::sts
