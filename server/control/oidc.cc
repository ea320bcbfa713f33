#include "server/control/oidc.h"

#include <boost/json/serialize.hpp>

#include "server/aws/arn.h"
#include "server/control/json_fields.h"
#include "server/control/operator.h"
#include "server/federation/jwt.h"
#include "server/iam/oidc_providers.h"

namespace keymill::control {

namespace json = boost::json;

Task<Result<http::Response>> PutOidcJwks(pipeline::Call& call) {
  const auto body = co_await ReadJson(call);
  if (!body) co_return body.error();
  Complaints complaints;
  JsonFields fields(*body, "$", complaints);
  const std::string arn = fields.required("provider");
  const json::object* keys = fields.object("jwks");
  const std::string text = keys != nullptr ? json::serialize(*keys) : std::string();
  if (keys != nullptr) {
    if (auto complaint = federation::CheckJwkSet(text)) fields.complain("jwks", *std::move(complaint));
  }
  fields.finish();
  if (!complaints.empty()) co_return Refusal(complaints);
  const auto parsed = aws::Arn::Parse(arn);
  std::string account = call.identity().account;
  if (parsed && RequireOperator(call)) account = parsed->account;
  auto put = [&](store::Txn& txn) -> Result<> {
    auto provider = iam::RequireOidcProvider(txn, account, arn);
    if (!provider) return provider.error();
    provider->document = text;
    provider->updated = call.now();
    store::PutItem(txn, *provider);
    return {};
  };
  const auto done = co_await call.commit(put);
  if (!done) co_return done.error();
  co_return JsonAnswer(json::object{{"provider", arn}, {"registered", keys != nullptr}});
}

}  // namespace keymill::control
