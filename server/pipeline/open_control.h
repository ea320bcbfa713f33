#pragma once

#include <string_view>

#include "server/http/request.h"
#include "server/pipeline/identity.h"
#include "server/result.h"

namespace keymill::pipeline {

/// Whom an unsigned request of the control API comes from under `--control open`: the root user of `account`. Refused
/// unless it comes from this machine and not from a web page: pages of other sites can send requests to loopback too,
/// and then carry an Origin, or, if they have bound their own name to 127.0.0.1, a Host of that name.
Result<Identity> OpenControlIdentity(const http::Request& request, std::string_view account);

}  // namespace keymill::pipeline
