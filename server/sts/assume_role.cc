#include "server/sts/assume_role.h"

#include "server/aws/arn.h"
#include "server/iam/roles.h"
#include "server/pipeline/permissions.h"
#include "server/sts/answer.h"
#include "server/sts/credentials.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"
#include "server/sts/second_factor.h"
#include "server/sts/session_limits.h"
#include "server/sts/trust.h"

namespace keymill::sts {
namespace {

using pipeline::Identity;

constexpr std::int64_t kChainedLimit = 3600;  // seconds

struct Request {
  std::string role_arn;
  std::string name;
  std::int64_t seconds = kDefaultRoleDuration;
  SessionLimits limits;
  SessionTags tags;
  std::string source_identity;
  SecondFactor factor;
  std::int64_t least = 0;  ///< octets of the token
};

Request Read(aws::Form& form) {
  Request request;
  request.role_arn = form.required(kRoleArn);
  request.name = form.required(kRoleSessionName);
  request.limits = ReadLimits(form);
  request.seconds = form.integer(kRoleDuration).value_or(kDefaultRoleDuration);
  request.tags.tags = form.pairs(kTags, kTagKey, kTagValue);
  request.tags.transitive = form.strings(kTransitiveTagKeys, iam::kTagKeyRule);
  form.optional(kExternalId);  // only trust policies ask for it
  request.factor = ReadSecondFactor(form);
  request.source_identity = form.optional(kSourceIdentity).value_or("");
  request.least = form.integer(kTokenSize).value_or(0);
  return request;
}

/// The calling session's transitive tags.
store::StringPairs InheritedTags(const Identity& caller) {
  store::StringPairs inherited;
  if (!caller.session) return inherited;
  const pipeline::Session& session = caller.session->facts;
  for (const auto& tag : session.tags) {
    for (const std::string& key : session.transitive_tags) {
      if (http::EqualsIgnoreCase(key, tag.first)) {
        inherited.push_back(tag);
        break;
      }
    }
  }
  return inherited;
}

struct Assumed {
  store::Entity role;
  pipeline::Session session;
};

/// Everything that the request asks of the role must be allowed, not just the assuming.
std::optional<aws::Error> CheckTrust(const pipeline::Call& call, const std::optional<store::Entity>& role,
                                     const Request& request, const pipeline::Session& session, bool inherits_tags) {
  auto trusted = [&](std::string_view action) { return role && Trusts(call, *role, action, session.mfa_time != 0); };
  auto refusal = [&](std::string_view action) { return NotTrusted(call.identity(), action, request.role_arn); };
  if (!trusted("sts:AssumeRole")) return refusal("sts:AssumeRole");
  const bool tagged = inherits_tags || !request.tags.tags.empty();
  if (tagged && !trusted("sts:TagSession")) return refusal("sts:TagSession");
  if (session.source_identity.empty()) return std::nullopt;
  // A source identity lasts: a chained session keeps the first one.
  const bool changed = !request.source_identity.empty() && request.source_identity != session.source_identity;
  if (changed || !trusted("sts:SetSourceIdentity")) return refusal("sts:SetSourceIdentity");
  return std::nullopt;
}

}  // namespace

std::optional<aws::Error> CheckRoleDuration(const store::Entity& role, std::int64_t seconds) {
  if (seconds <= iam::MaxSessionDuration(role)) return std::nullopt;
  return aws::Error(ValidationError, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

pipeline::Session RoleSession(const store::Entity& role, std::string name) {
  pipeline::Session session;
  session.kind = pipeline::Session::Kind::kAssumedRole;
  session.account = role.account;
  session.principal_id = role.id;
  session.name = std::move(name);
  return session;
}

void WriteAssumedRole(aws::XmlWriter& xml, const store::Entity& role, const std::string& name) {
  xml.open("AssumedRoleUser").text("AssumedRoleId", role.id + ":" + name);
  xml.text("Arn", aws::StsArn(role.account, "assumed-role", role.name + "/" + name)).close();
}

Task<Result<http::Response>> AssumeRole(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const Request request = Read(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckRoleArn(request.role_arn)) co_return *refusal;
  const Identity& caller = call.identity();
  const store::StringPairs inherited = InheritedTags(caller);
  if (auto refusal = CheckTags(request.tags, inherited)) co_return *refusal;
  if (caller.kind == Identity::Kind::kRoot) {
    co_return aws::Error(AccessDenied, "Roles may not be assumed by root accounts.");
  }
  auto factor = co_await CheckSecondFactor(call, request.factor);
  if (!factor) co_return factor.error();

  auto assume = [&](const store::Reader& reader) -> Result<Assumed> {
    auto role = FindRole(reader, request.role_arn);
    pipeline::Session session = role ? RoleSession(*role, request.name) : pipeline::Session{};
    session.mfa_time = *factor;
    session.source_identity = request.source_identity;
    if (caller.session && !caller.session->facts.source_identity.empty()) {
      session.source_identity = caller.session->facts.source_identity;
    }
    if (auto refusal = CheckTrust(call, role, request, session, !inherited.empty())) return *refusal;
    if (auto refusal = CheckRoleDuration(*role, request.seconds)) return *refusal;
    // Sessions of GetSessionToken count as chaining too (issue 11 of aws-runas, issue 263 of aws-vault).
    if (caller.session && request.seconds > kChainedLimit) {
      return aws::Error(ValidationError,
                        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
                        "chaining.");
    }
    session.tags = request.tags.tags;
    session.transitive_tags = request.tags.transitive;
    for (const auto& tag : inherited) {
      session.tags.push_back(tag);
      session.transitive_tags.push_back(tag.first);
    }
    if (auto packed = Pack(reader, request.limits, session); !packed) return packed.error();
    return Assumed{*std::move(role), std::move(session)};
  };
  auto assumed = co_await call.read(assume);
  if (!assumed) co_return assumed.error();
  const auto credentials = Issue(call, assumed->session, request.seconds, request.least);
  if (!credentials) co_return credentials.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    WriteAssumedRole(xml, assumed->role, request.name);
    WriteCredentials(xml, *credentials);
    xml.optional_text("SourceIdentity", assumed->session.source_identity);
    WritePackedSize(xml, *credentials);
  });
}

}  // namespace keymill::sts
