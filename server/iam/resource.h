#pragma once

#include <string>
#include <vector>

#include "server/pipeline/identity.h"
#include "server/pipeline/operation.h"
#include "server/pipeline/params.h"
#include "store/txn.h"

namespace keymill::iam {

/// The ARNs that an IAM or STS request asks to act on, all of which the caller needs permission for; "*" where the
/// operation has no resource of its own. IAM decides before it looks whether something exists, so an unknown name is
/// an ARN too; a known user's has its real path. A rename is about the old and the new name.
std::vector<std::string> ResourceArns(const store::Reader& reader, const pipeline::Operation& operation,
                                      const pipeline::Params& params, const pipeline::Identity& signer);

}  // namespace keymill::iam
