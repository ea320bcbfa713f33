#include "server/control/lifecycle.h"

#include "server/aws/time.h"
#include "server/control/json_fields.h"
#include "server/control/operator.h"
#include "server/pipeline/buckets.h"
#include "server/s3/events.h"
#include "server/s3/lifecycle_run.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

json::object Describe(const s3::LifecycleRun& run, const s3::LifecycleCounts& counts) {
  return {{"as_of", aws::IsoMillis(run.as_of)},
          {"buckets", counts.buckets},
          {"expired", counts.expired},
          {"transitioned", counts.transitions},
          {"noncurrent_versions_removed", counts.noncurrent_versions},
          {"delete_markers_removed", counts.delete_markers},
          {"uploads_aborted", counts.uploads}};
}

}  // namespace

Task<Result<http::Response>> RunLifecycle(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto body = co_await ReadJson(call);
  if (!body) co_return body.error();
  s3::LifecycleRun run;
  run.now = run.as_of = call.now();
  Complaints complaints;
  JsonFields fields(*body, "$", complaints);
  if (const auto text = fields.optional("now")) {
    const auto time = aws::ParseIso(*text);
    if (!time) fields.complain("now", "must be a time in ISO 8601 format");
    run.as_of = time.value_or(run.now);
  }
  fields.finish();
  if (!complaints.empty()) co_return Refusal(complaints);
  run.changed = s3::LifecyclePublisher(call.services().buckets.notifications(), call.services().db, run.now);
  auto work = [&] { return s3::RunLifecycle(call.services().db, call.services().committer, run); };
  const auto counts = co_await http::Blocking(work);
  co_return JsonAnswer(Describe(run, counts));
}

}  // namespace keymill::control
