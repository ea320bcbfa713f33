#include "server/control/operations.h"

#include "server/control/accounts.h"
#include "server/control/explain.h"

namespace keymill::control {
namespace {

using pipeline::Operation;

constexpr Operation kOperations[] = {
    {.name = "CreateAccount",
     .action = "keymill:CreateAccount",
     .handler = &CreateAccount,
     .method = "POST",
     .path = "/accounts"},
    {.name = "ListAccounts",
     .action = "keymill:ListAccounts",
     .handler = &ListAccounts,
     .method = "GET",
     .path = "/accounts"},
    {.name = "GetAccount",
     .action = "keymill:GetAccount",
     .handler = &GetAccount,
     .method = "GET",
     .path = "/accounts/{account_id}"},
    {.name = "DeleteAccount",
     .action = "keymill:DeleteAccount",
     .handler = &DeleteAccount,
     .method = "DELETE",
     .path = "/accounts/{account_id}"},
    {.name = "CreateRootKey",
     .action = "keymill:CreateRootKey",
     .handler = &CreateRootKey,
     .method = "POST",
     .path = "/accounts/{account_id}/keys"},
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
