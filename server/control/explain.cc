#include "server/control/explain.h"

#include "server/aws/time.h"
#include "server/control/json_fields.h"
#include "server/pipeline/explanations.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

constexpr aws::ErrorKind NoSuchExplanation{"NoSuchExplanation", 404,
                                           "No failed signature is known under this request id. Only the last few "
                                           "hundred are kept, of access keys that exist."};

json::object ToJson(const pipeline::StoredExplanation& stored) {
  const auto& explanation = stored.explanation;
  json::array pieces;
  for (const auto& piece : explanation.pieces) {
    pieces.push_back(json::object{{"name", piece.name}, {"received", piece.received}, {"hashed", piece.hashed}});
  }
  json::object out{{"request_id", stored.request_id},
                   {"time", aws::IsoSeconds(stored.time)},
                   {"access_key_id", stored.access_key_id},
                   {"found", explanation.found},
                   {"explanation", explanation.text}};
  if (explanation.found) {
    out["hypothesis"] = explanation.hypothesis;
    out["client_canonical_request"] = explanation.canonical_request;
    out["client_string_to_sign"] = explanation.string_to_sign;
  }
  out["pieces"] = std::move(pieces);
  return out;
}

}  // namespace

Task<Result<http::Response>> ExplainRequest(pipeline::Call& call) {
  auto stored = call.services().explanations.find(call.params().find("request_id").value_or(""));
  if (!stored || stored->account != call.identity().account) co_return aws::Error(NoSuchExplanation);
  co_return JsonAnswer(ToJson(*stored));
}

}  // namespace keymill::control
