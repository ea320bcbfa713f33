#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/aws/error.h"
#include "server/pipeline/circumstances.h"
#include "server/pipeline/identity.h"
#include "server/pipeline/operation.h"
#include "store/txn.h"

namespace keymill::pipeline {

/// What an IAM or STS request is about.
struct QuerySubject {
  std::vector<std::string> resources;  ///< ARNs, all of which the caller needs permission for
  store::StringPairs tags;             ///< of what the first ARN names
  /// The permissions boundary of the user or role whose policies the request changes: policies that delegate the
  /// making of users ask for it ("Permissions boundaries for IAM entities").
  std::string boundary;
};

/// Reads what the identity's policies may ask of the resources. `resources` as Dispatcher::ResourcesOf gives them.
QuerySubject SubjectOf(const store::Reader& reader, const Operation& operation, const Identity& identity,
                       std::vector<std::string> resources);

/// AccessDenied unless the identity may run the operation on all of its resources, and tag what it makes if it gives
/// tags: that takes a permission of its own (iam:TagUser beside iam:CreateUser).
std::optional<aws::Error> AuthorizeQuery(const Identity& identity, const Operation& operation, Service service,
                                         const QuerySubject& subject, Circumstances circumstances);

}  // namespace keymill::pipeline
