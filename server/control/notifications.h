#pragma once

#include "server/pipeline/call.h"
#include "server/pipeline/webhooks.h"
#include "store/txn.h"

namespace keymill::control {

/// GET /notifications?queue=ARN&after=N&max=N&wait=SECONDS: the oldest messages for a destination with numbers above
/// `after`; waits for the first one up to `wait` seconds, 20 at most. They stay.
Task<Result<http::Response>> ReadNotifications(pipeline::Call& call);
/// DELETE /notifications?queue=ARN&through=N: forgets the messages up to a number, all without one.
Task<Result<http::Response>> DeleteNotifications(pipeline::Call& call);
/// GET /notifications/queues: the destinations that got messages.
Task<Result<http::Response>> ListNotificationQueues(pipeline::Call& call);
/// PUT /notifications/webhooks {arn, url}: passes the messages for an ARN on to a URL, until it is deleted. A reset
/// keeps web hooks; a snapshot has its own.
Task<Result<http::Response>> PutWebhook(pipeline::Call& call);
Task<Result<http::Response>> ListWebhooks(pipeline::Call& call);
/// DELETE /notifications/webhooks?arn=ARN
Task<Result<http::Response>> DeleteWebhook(pipeline::Call& call);
/// POST /logging/flush: delivers the lines of access logs that wait for their time.
Task<Result<http::Response>> FlushAccessLogs(pipeline::Call& call);

/// Makes the web hooks those that are stored. Blocking.
void FollowWebhooks(pipeline::Webhooks& hooks, const store::Db& db);
/// Takes the web hooks into a new state: they are the server's, not the tests'.
void KeepWebhooks(const store::Reader& former, store::Txn& fresh);

}  // namespace keymill::control
