#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>

namespace keymill::control {

// What openapi.json says of each operation beyond its row: the members of its body and its answer.

/// A member of a JSON object, or a parameter.
struct Member {
  enum class Type : std::uint8_t { kString, kTime, kBoolean, kInteger, kObject, kList };

  std::string_view name;
  std::string_view description;
  Type type = Type::kString;
  std::string_view schema = {};  ///< of an object or a list's elements: the name of a Schema; empty = any object
  bool required = true;
};

/// An object that answers share.
struct Schema {
  std::string_view name;
  std::span<const Member> members;
};

struct Documentation {
  std::string_view operation;
  std::string_view summary;
  std::span<const Member> query = {};
  std::span<const Member> body = {};
  int status = 200;
  std::span<const Member> answer = {};  ///< empty = an answer without a body, or one that `content` tells of
  std::string_view content = {};
};

inline constexpr auto kOptional = false;

inline constexpr Member kNewKey[] = {
    {"access_key_id", "16 to 128 letters, digits or '_'; made up if absent", Member::Type::kString, {}, kOptional},
    {"secret_access_key", "goes with access_key_id", Member::Type::kString, {}, kOptional},
};
inline constexpr Member kNewAccount[] = {
    {"account_id", "12 digits; made up if absent", Member::Type::kString, {}, kOptional},
    {"name", "to tell accounts apart", Member::Type::kString, {}, kOptional},
    kNewKey[0],
    kNewKey[1],
};
inline constexpr Member kKey[] = {
    {"access_key_id", "its id"},
    {"secret_access_key", "its secret, shown here only"},
};
inline constexpr Member kRootKey[] = {
    {"access_key_id", "its id"},
    {"status", "Active or Inactive"},
    {"created", "when it was made", Member::Type::kTime},
};
inline constexpr Member kAccount[] = {
    {"account_id", "12 digits"},
    {"name", "as given, or empty"},
    {"arn", "of its root user"},
    {"canonical_user_id", "its owner id in S3"},
    {"created", "when it was made", Member::Type::kTime},
    {"root_access_keys", "its root user's keys; absent in the answer that made it", Member::Type::kList, "RootKey",
     kOptional},
};
inline constexpr Member kSnapshot[] = {
    {"name", "its name"},
    {"created", "when it was saved", Member::Type::kTime},
};
inline constexpr Member kPiece[] = {
    {"name", "which part of the request"},
    {"received", "as it was sent"},
    {"hashed", "as it was hashed"},
};
inline constexpr Member kJwkSet[] = {
    {"keys", "RFC 7517; those that verify RS, PS or ES signatures count", Member::Type::kList, "Jwk"},
};
inline constexpr Member kJwk[] = {
    {"kty", "RSA or EC; the other members as RFC 7518 has them"},
    {"kid", "which key a token's header means", Member::Type::kString, {}, kOptional},
};
inline constexpr Member kErrorBody[] = {
    {"code", "names the kind of error"},
    {"message", "says it in words"},
    {"request_id", "of the request that was refused"},
    {"path", "the member of the body that is wrong, such as $.name", Member::Type::kString, {}, kOptional},
    {"line", "the line of the body that is not JSON", Member::Type::kString, {}, kOptional},
};
inline constexpr Member kError[] = {{"error", "what is wrong", Member::Type::kObject, "ErrorBody"}};

inline constexpr Member kMessage[] = {
    {"number", "counts up from 1 within the queue", Member::Type::kInteger},
    {"time", "when it was sent", Member::Type::kTime},
    {"body", "what the destination gets, as text: JSON"},
};
inline constexpr Member kQueue[] = {
    {"queue", "ARN of the destination"},
    {"messages", "how many are there", Member::Type::kInteger},
    {"last", "number of the newest, there or not", Member::Type::kInteger},
    {"dropped", "how many were forgotten because the queue was full", Member::Type::kInteger},
};
inline constexpr Member kWebhookTarget[] = {
    {"arn", "of a queue, a topic, a function or an event bus"},
    {"url", "http or https, on this machine"},
};
inline constexpr Member kWebhook[] = {
    kWebhookTarget[0],
    kWebhookTarget[1],
    {"delivered", "messages answered with a status of 2xx", Member::Type::kInteger},
    {"failed", "messages given up", Member::Type::kInteger},
    {"waiting", "messages to be sent, or sent again", Member::Type::kInteger},
    {"last_error", "of the latest attempt that failed, or empty"},
};

inline constexpr Schema kSchemas[] = {
    {"Message", kMessage},     {"Queue", kQueue},     {"Webhook", kWebhook}, {"WebhookTarget", kWebhookTarget},
    {"Account", kAccount},     {"RootKey", kRootKey}, {"AccessKey", kKey},   {"Snapshot", kSnapshot},
    {"Piece", kPiece},         {"JwkSet", kJwkSet},   {"Jwk", kJwk},         {"Error", kError},
    {"ErrorBody", kErrorBody},
};

inline constexpr Member kForce[] = {
    {"force", "true removes everything that the account owns with it", Member::Type::kBoolean, {}, kOptional},
};
inline constexpr Member kAccountMade[] = {
    {"account", "the new account", Member::Type::kObject, "Account"},
    {"access_key", "its root user's key", Member::Type::kObject, "AccessKey"},
};
inline constexpr Member kAccountList[] = {{"accounts", "all of them", Member::Type::kList, "Account"}};
inline constexpr Member kAccountFound[] = {{"account", "the account", Member::Type::kObject, "Account"}};
inline constexpr Member kKeyMade[] = {{"access_key", "the new key", Member::Type::kObject, "AccessKey"}};
inline constexpr Member kExplanation[] = {
    {"request_id", "of the request that was refused"},
    {"time", "when it came", Member::Type::kTime},
    {"access_key_id", "that it names"},
    {"found", "whether a mistake explains the client's signature", Member::Type::kBoolean},
    {"explanation", "says it in words"},
    {"hypothesis", "names the mistake that was found", Member::Type::kString, {}, kOptional},
    {"client_canonical_request", "as the client made it, if that was found", Member::Type::kString, {}, kOptional},
    {"client_string_to_sign", "as the client made it, if that was found", Member::Type::kString, {}, kOptional},
    {"pieces", "what arrived beside what was hashed", Member::Type::kList, "Piece"},
};
inline constexpr Member kLifecycleTime[] = {
    {"now", "what is due by then is done; the server's time if absent", Member::Type::kTime, {}, kOptional},
};
inline constexpr Member kLifecycleDone[] = {
    {"as_of", "by when it was due", Member::Type::kTime},
    {"buckets", "how many have rules", Member::Type::kInteger},
    {"expired", "current versions removed, or hidden by a delete marker", Member::Type::kInteger},
    {"transitioned", "versions that went to a colder storage class", Member::Type::kInteger},
    {"noncurrent_versions_removed", "former versions", Member::Type::kInteger},
    {"delete_markers_removed", "those with no version left behind them", Member::Type::kInteger},
    {"uploads_aborted", "multipart uploads", Member::Type::kInteger},
};
inline constexpr Member kProviderKeys[] = {
    {"provider", "the ARN of the provider in IAM"},
    {"jwks", "a JWK set; if absent, the issuer is asked for its keys", Member::Type::kObject, "JwkSet", kOptional},
};
inline constexpr Member kKeysRegistered[] = {
    {"provider", "its ARN"},
    {"registered", "false: the issuer is asked", Member::Type::kBoolean},
};
inline constexpr Member kReadQueue[] = {
    {"queue", "ARN of the destination"},
    {"after", "messages with greater numbers only; 0 if absent", Member::Type::kInteger, {}, kOptional},
    {"max", "1000 at most, 10 if absent", Member::Type::kInteger, {}, kOptional},
    {"wait", "seconds to wait for the first message, 20 at most", Member::Type::kInteger, {}, kOptional},
};
inline constexpr Member kMessages[] = {{"messages", "the oldest first", Member::Type::kList, "Message"}};
inline constexpr Member kDeleteQueue[] = {
    kReadQueue[0],
    {"through", "the greatest number to forget; all if absent", Member::Type::kInteger, {}, kOptional},
};
inline constexpr Member kMessagesDeleted[] = {{"deleted", "how many", Member::Type::kInteger}};
inline constexpr Member kQueues[] = {{"queues", "by ARN", Member::Type::kList, "Queue"}};
inline constexpr Member kWebhookArn[] = {{"arn", "whose messages are not to be passed on any more"}};
inline constexpr Member kWebhookSet[] = {{"webhook", "as it is now", Member::Type::kObject, "WebhookTarget"}};
inline constexpr Member kWebhooks[] = {{"webhooks", "by ARN", Member::Type::kList, "Webhook"}};
inline constexpr Member kLogsDelivered[] = {
    {"objects", "how many were written", Member::Type::kInteger},
    {"bytes", "in all of them", Member::Type::kInteger},
    {"lost", "batches whose target bucket is gone", Member::Type::kInteger},
};
inline constexpr Member kResetDone[] = {{"reset", "true", Member::Type::kBoolean}};
inline constexpr Member kNewSnapshot[] = {
    {"name", "1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit"},
    {"replace", "overwrites a snapshot of this name", Member::Type::kBoolean, {}, kOptional},
};
inline constexpr Member kSnapshotMade[] = {{"snapshot", "what was saved", Member::Type::kObject, "Snapshot"}};
inline constexpr Member kSnapshotList[] = {{"snapshots", "all of them", Member::Type::kList, "Snapshot"}};
inline constexpr Member kRestored[] = {{"restored", "the snapshot's name"}};

inline constexpr Member kSeed[] = {
    {"accounts", "what is to be there: see SEED.md", Member::Type::kList},
};
inline constexpr Member kExported[] = {
    {"objects", "true exports the current versions of objects too", Member::Type::kBoolean, {}, kOptional},
};
inline constexpr Member kSeeded[] = {
    {"created", "how many things were made", Member::Type::kInteger},
    {"changed", "how many were made to be as the seed says", Member::Type::kInteger},
    {"unchanged", "how many were so already", Member::Type::kInteger},
};

inline constexpr Documentation kDocumentation[] = {
    {"CreateAccount", "Makes an account with a root key", {}, kNewAccount, 201, kAccountMade},
    {"ListAccounts", "Lists the accounts and their root keys", {}, {}, 200, kAccountList},
    {"GetAccount", "Describes an account", {}, {}, 200, kAccountFound},
    {"DeleteAccount", "Deletes an account", kForce, {}, 204},
    {"CreateRootKey", "Makes another root key of an account, of two at most", {}, kNewKey, 201, kKeyMade},
    {"ExplainRequest", "Says why a signature did not match", {}, {}, 200, kExplanation},
    {"GetOpenApi", "This document", {}, {}, 200, {}, "an OpenAPI 3.1 document"},
    {.operation = "GetIssuerConfiguration",
     .summary = "OpenID Connect discovery of an account that issues web identity tokens; also at its issuer's host",
     .content = "issuer, jwks_uri and what OpenID Connect Discovery 1.0 demands"},
    {.operation = "GetIssuerKeys",
     .summary = "The public keys of an account that issues web identity tokens; also at its issuer's host",
     .answer = kJwkSet},
    {"PutOidcJwks",
     "Registers the keys that verify an OpenID Connect provider's tokens",
     {},
     kProviderKeys,
     200,
     kKeysRegistered},
    {"Reset", "Empties the server; its own account's root keys and the snapshots stay", {}, {}, 200, kResetDone},
    {"RunLifecycle", "Does what the buckets' lifecycle rules ask for", {}, kLifecycleTime, 200, kLifecycleDone},
    {"GetExport", "Everything but secrets as a seed", kExported, {}, 200, kSeed},
    {"GetExportWithSecrets", "Everything as a seed, access keys with their secrets too", kExported, {}, 200, kSeed},
    {"PutSeed", "Sees to it that what a seed describes is there, all of it or nothing", {}, kSeed, 200, kSeeded},
    {"ReadNotifications",
     "Reads the messages for a destination of event notifications; they stay",
     kReadQueue,
     {},
     200,
     kMessages},
    {"DeleteNotifications", "Forgets messages for a destination", kDeleteQueue, {}, 200, kMessagesDeleted},
    {"ListNotificationQueues", "Lists the destinations that got messages", {}, {}, 200, kQueues},
    {"PutWebhook", "Passes the messages for an ARN on to a URL, by POST", {}, kWebhookTarget, 200, kWebhookSet},
    {"ListWebhooks", "Lists the web hooks and how they fare", {}, {}, 200, kWebhooks},
    {"DeleteWebhook", "Deletes a web hook", kWebhookArn, {}, 204},
    {"FlushAccessLogs", "Delivers the lines of server access logs that wait for others", {}, {}, 200, kLogsDelivered},
    {"SaveSnapshot", "Keeps the whole state under a name", {}, kNewSnapshot, 201, kSnapshotMade},
    {"ListSnapshots", "Lists the snapshots", {}, {}, 200, kSnapshotList},
    {"RestoreSnapshot", "Goes back to a snapshot, which stays", {}, {}, 200, kRestored},
    {"DeleteSnapshot", "Deletes a snapshot", {}, {}, 204},
};

constexpr bool IsDocumented(std::string_view operation) {
  return std::any_of(std::begin(kDocumentation), std::end(kDocumentation),
                     [&](const Documentation& row) { return row.operation == operation; });
}

/// nullptr if there is none.
constexpr const Documentation* FindDocumentation(std::string_view operation) {
  const auto* found = std::find_if(std::begin(kDocumentation), std::end(kDocumentation),
                                   [&](const Documentation& row) { return row.operation == operation; });
  return found == std::end(kDocumentation) ? nullptr : found;
}

}  // namespace keymill::control
