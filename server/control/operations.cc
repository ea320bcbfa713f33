#include "server/control/operations.h"

#include <algorithm>
#include <iterator>

#include "server/control/accounts.h"
#include "server/control/documentation.h"
#include "server/control/explain.h"
#include "server/control/export.h"
#include "server/control/issuers.h"
#include "server/control/lifecycle.h"
#include "server/control/notifications.h"
#include "server/control/oidc.h"
#include "server/control/openapi.h"
#include "server/control/seed.h"
#include "server/control/state.h"

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
    {.name = "GetOpenApi",
     .action = "keymill:GetOpenApi",
     .handler = &GetOpenApi,
     .method = "GET",
     .path = "/openapi.json"},
    {.name = "GetIssuerConfiguration",
     .action = "keymill:GetIssuerConfiguration",
     .handler = &GetIssuerConfiguration,
     .method = "GET",
     .path = "/issuers/{issuer}/.well-known/openid-configuration",
     .needs_no_signature = true},
    {.name = "GetIssuerKeys",
     .action = "keymill:GetIssuerKeys",
     .handler = &GetIssuerKeys,
     .method = "GET",
     .path = "/issuers/{issuer}/.well-known/jwks.json",
     .needs_no_signature = true},
    {.name = "PutOidcJwks",
     .action = "keymill:PutOidcJwks",
     .handler = &PutOidcJwks,
     .method = "PUT",
     .path = "/oidc/jwks"},
    {.name = "Reset", .action = "keymill:Reset", .handler = &Reset, .method = "POST", .path = "/reset"},
    {.name = "RunLifecycle",
     .action = "keymill:RunLifecycle",
     .handler = &RunLifecycle,
     .method = "POST",
     .path = "/lifecycle/run"},
    {.name = "GetExport", .action = "keymill:GetExport", .handler = &GetExport, .method = "GET", .path = "/export"},
    {.name = "GetExportWithSecrets",
     .action = "keymill:GetExportWithSecrets",
     .handler = &GetExportWithSecrets,
     .method = "GET",
     .path = "/export/secrets"},
    {.name = "PutSeed", .action = "keymill:PutSeed", .handler = &PutSeed, .method = "PUT", .path = "/seed"},
    {.name = "ReadNotifications",
     .action = "keymill:ReadNotifications",
     .handler = &ReadNotifications,
     .method = "GET",
     .path = "/notifications"},
    {.name = "DeleteNotifications",
     .action = "keymill:DeleteNotifications",
     .handler = &DeleteNotifications,
     .method = "DELETE",
     .path = "/notifications"},
    {.name = "ListNotificationQueues",
     .action = "keymill:ListNotificationQueues",
     .handler = &ListNotificationQueues,
     .method = "GET",
     .path = "/notifications/queues"},
    {.name = "PutWebhook",
     .action = "keymill:PutWebhook",
     .handler = &PutWebhook,
     .method = "PUT",
     .path = "/notifications/webhooks"},
    {.name = "ListWebhooks",
     .action = "keymill:ListWebhooks",
     .handler = &ListWebhooks,
     .method = "GET",
     .path = "/notifications/webhooks"},
    {.name = "DeleteWebhook",
     .action = "keymill:DeleteWebhook",
     .handler = &DeleteWebhook,
     .method = "DELETE",
     .path = "/notifications/webhooks"},
    {.name = "FlushAccessLogs",
     .action = "keymill:FlushAccessLogs",
     .handler = &FlushAccessLogs,
     .method = "POST",
     .path = "/logging/flush"},
    {.name = "SaveSnapshot",
     .action = "keymill:SaveSnapshot",
     .handler = &SaveSnapshot,
     .method = "POST",
     .path = "/snapshots"},
    {.name = "ListSnapshots",
     .action = "keymill:ListSnapshots",
     .handler = &ListSnapshots,
     .method = "GET",
     .path = "/snapshots"},
    {.name = "RestoreSnapshot",
     .action = "keymill:RestoreSnapshot",
     .handler = &RestoreSnapshot,
     .method = "POST",
     .path = "/snapshots/{name}/restore"},
    {.name = "DeleteSnapshot",
     .action = "keymill:DeleteSnapshot",
     .handler = &DeleteSnapshot,
     .method = "DELETE",
     .path = "/snapshots/{name}"},
};
static_assert(pipeline::AllReachable(kOperations));
static_assert(std::all_of(std::begin(kOperations), std::end(kOperations),
                          [](const Operation& row) { return IsDocumented(row.name); }) &&
              std::size(kOperations) == std::size(kDocumentation));

}  // namespace

std::span<const Operation> Operations() {
  return kOperations;
}

}  // namespace keymill::control
