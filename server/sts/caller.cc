#include "server/sts/caller.h"

#include "server/aws/form.h"
#include "server/aws/ids.h"
#include "server/sts/answer.h"
#include "server/sts/fields.h"
#include "store/principals.h"

namespace keymill::sts {

Task<Result<http::Response>> GetCallerIdentity(pipeline::Call& call) {
  const pipeline::Identity& identity = call.identity();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("Arn", identity.arn).text("UserId", identity.user_id).text("Account", identity.account);
  });
}

Task<Result<http::Response>> GetAccessKeyInfo(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const std::string id = form.required(kAccessKeyId);
  if (auto refusal = form.refusal()) co_return *refusal;
  // Keys with chosen ids need not carry their account, so a known key answers from its record.
  auto find = [&](const store::Reader& reader) { return store::FindAccessKey(reader, id); };
  auto key = co_await call.read(find);
  auto account = key ? std::optional(key->account) : aws::AccountOfKeyId(id);
  if (!account) form.refuse("Invalid AccessKeyId: " + id);
  if (auto refusal = form.refusal()) co_return *refusal;
  co_return Answer(call, [&](aws::XmlWriter& xml) { xml.text("Account", *account); });
}

}  // namespace keymill::sts
