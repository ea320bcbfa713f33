#include "server/sts/user_sessions.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/sts/answer.h"
#include "server/sts/credentials.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"
#include "server/sts/second_factor.h"
#include "server/sts/session_limits.h"
#include "server/sts/trust.h"
#include "store/accounts.h"

namespace keymill::sts {
namespace {

using pipeline::Identity;

constexpr std::int64_t kDefaultDuration = 43200;
constexpr std::int64_t kRootLimit = 3600;  // root gets no longer sessions, whatever it asks for

std::int64_t Seconds(const Identity& caller, std::optional<std::int64_t> asked) {
  const std::int64_t seconds = asked.value_or(kDefaultDuration);
  return caller.kind == Identity::Kind::kRoot ? std::min(seconds, kRootLimit) : seconds;
}

aws::Error NotWithSession(const pipeline::Call& call) {
  return {AccessDenied, "Cannot call " + std::string(call.route().operation->name) + " with session credentials"};
}

/// A session that rests on the caller's rights.
Task<pipeline::Session> CallersSession(pipeline::Call& call) {
  const Identity& caller = call.identity();
  pipeline::Session session;
  session.account = caller.account;
  session.principal_id = caller.user_id;  // of a user, or the account id for root
  if (caller.kind == Identity::Kind::kRoot) {
    auto find = [&](const store::Reader& reader) { return store::FindAccount(reader, caller.account); };
    const auto account = co_await call.read(find);
    session.account_number = account ? account->number : 0;
  }
  co_return session;
}

}  // namespace

Task<Result<http::Response>> GetSessionToken(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const auto asked = form.integer(kDuration);
  const SecondFactor given = ReadSecondFactor(form);
  const std::int64_t least = form.integer(kTokenSize).value_or(0);
  if (auto refusal = form.refusal()) co_return *refusal;
  const Identity& caller = call.identity();
  if (caller.session) co_return NotWithSession(call);
  auto factor = co_await CheckSecondFactor(call, given);
  if (!factor) co_return factor.error();
  pipeline::Session session = co_await CallersSession(call);
  session.kind = caller.kind == Identity::Kind::kRoot ? pipeline::Session::Kind::kRoot : pipeline::Session::Kind::kUser;
  session.mfa_time = *factor;
  const auto credentials = Issue(call, std::move(session), Seconds(caller, asked), least);
  if (!credentials) co_return credentials.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteCredentials(xml, *credentials);
    WriteTokenSize(xml, *credentials);
  });
}

Task<Result<http::Response>> GetFederationToken(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const std::string name = form.required(kFederatedName);
  const SessionLimits limits = ReadLimits(form, kBriefPolicy);
  const auto asked = form.integer(kDuration);
  SessionTags tags;
  tags.tags = form.pairs(kTags, kTagKey, kTagValue);
  const std::int64_t least = form.integer(kTokenSize).value_or(0);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckTags(tags, {})) co_return *refusal;
  const Identity& caller = call.identity();
  if (caller.session) co_return NotWithSession(call);
  const std::string arn = aws::StsArn(caller.account, "federated-user", name);
  if (!tags.tags.empty()) {
    if (auto refusal = CheckAlso(call, "sts:TagSession", arn)) co_return *refusal;
  }
  pipeline::Session session = co_await CallersSession(call);
  session.kind = pipeline::Session::Kind::kFederatedUser;
  session.name = name;
  session.tags = tags.tags;
  auto pack = [&](const store::Reader& reader) { return Pack(reader, limits, session); };
  auto packed = co_await call.read(pack);
  if (!packed) co_return packed.error();
  const auto credentials = Issue(call, std::move(session), Seconds(caller, asked), least);
  if (!credentials) co_return credentials.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteCredentials(xml, *credentials);
    xml.open("FederatedUser").text("FederatedUserId", caller.account + ":" + name);
    xml.text("Arn", arn).close();
    WritePackedSize(xml, *credentials);
  });
}

}  // namespace keymill::sts
