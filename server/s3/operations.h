#pragma once

#include <span>

#include "server/pipeline/operation.h"

namespace keymill::s3 {

/// Every operation of S3, more specific rows first. Those without a handler are answered 501.
std::span<const pipeline::Operation> Operations();

/// True for a configuration that is kept and returned without changing anything else.
bool IsStoredOnly(const pipeline::Operation& operation);

}  // namespace keymill::s3
