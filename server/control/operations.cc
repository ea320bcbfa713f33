#include "server/control/operations.h"

#include "server/control/explain.h"

namespace keymill::control {
namespace {

using pipeline::Operation;

constexpr Operation kOperations[] = {
    {.name = "ExplainRequest",
     .action = "keymill:ExplainRequest",
     .handler = &ExplainRequest,
     .method = "GET",
     .path = "/explain/{request_id}"},
};
static_assert(pipeline::AllReachable(kOperations));

}  // namespace

std::span<const Operation> Operations() {
  return kOperations;
}

}  // namespace keymill::control
