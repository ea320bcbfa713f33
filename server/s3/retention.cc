#include "server/s3/retention.h"

#include <algorithm>

#include "server/aws/fields.h"
#include "server/aws/time.h"
#include "server/s3/authorization.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lock.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"
#include "store/versions.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxDocument = 2097152;
constexpr std::string_view kHeldBefore = "legal-hold";  // attribute: a hold was on or off explicitly

struct RetentionDocument {
  std::optional<std::string> mode, until;
};
struct HoldDocument {
  std::string status;
};

}  // namespace
}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::RetentionDocument> =
    std::tuple{Field{"Mode", &s3::RetentionDocument::mode, Presence::kOptional, "GOVERNANCE|COMPLIANCE"},
               Field{"RetainUntilDate", &s3::RetentionDocument::until}};
template <>
inline constexpr auto kFields<s3::HoldDocument> =
    std::tuple{Field{"Status", &s3::HoldDocument::status, kRequired, "ON|OFF"}};

}  // namespace keymill::aws

namespace keymill::s3 {
namespace {

/// What a PutObjectRetention wants a version to have; kNone takes the retention away.
struct Retention {
  store::LockMode mode = store::LockMode::kNone;
  store::Millis until = 0;
};

Result<Retention> ParseRetention(std::string_view text, store::Millis now) {
  RetentionDocument wanted;
  const auto document = aws::XmlDocument::Parse(text, "Retention");
  if (!document || !aws::Read(document->root(), wanted)) return Error(MalformedXML);
  if (wanted.mode.has_value() != wanted.until.has_value()) return Error(MalformedXML);
  if (!wanted.mode) return Retention{};
  const auto until = aws::ParseIso(*wanted.until);
  if (!until) return Error(MalformedXML);
  if (*until <= now) {
    return Error(InvalidArgument, "The retain until date must be in the future!")
        .with("ArgumentName", "RetainUntilDate")
        .with("ArgumentValue", *wanted.until);
  }
  return Retention{*ParseLockMode(*wanted.mode), *until};
}

/// A retention may always become longer or stricter. Governance may become anything with the bypass, compliance only
/// longer.
Result<> CheckChange(const Call& call, const FoundObject& found, const Retention& wanted) {
  const store::Object& object = found.object;
  if (object.lock_mode == store::LockMode::kNone || object.retain_until <= call.now()) return {};
  const bool tightens = wanted.mode >= object.lock_mode && wanted.until >= object.retain_until;
  if (tightens) return {};
  if (object.lock_mode == store::LockMode::kGovernance && MayBypass(call, object.key)) return {};
  return ProtectedByLock();
}

Result<FoundObject> RequireLockable(const store::Reader& reader, const Call& call) {
  auto found = RequireObject(reader, call);
  if (found && !found->bucket.object_lock) return MissingLockConfiguration();
  return found;
}

/// What the documents say of condition keys.
store::StringPairs Stated(const Retention& wanted) {
  if (wanted.mode == store::LockMode::kNone) return {};
  return {{"object-lock-mode", std::string(ShowLockMode(wanted.mode))},
          {"object-lock-retain-until-date", aws::IsoMillis(wanted.until)}};
}
store::StringPairs Stated(const HoldDocument& wanted) {
  return {{"object-lock-legal-hold", wanted.status}};
}

/// Receives the document of a Put operation, parses it, and changes the version in one commit.
template <class Parse, class Change>
Answer PutLock(Call& call, Parse& parse, Change& change) {
  auto find = [&](const store::Reader& reader) { return RequireLockable(reader, call); };
  if (const auto found = co_await call.read(find); !found) co_return found.error();
  const auto text = co_await ReceiveDocument(call, kMaxDocument, Insist::kMd5OrChecksum);
  if (!text) co_return text.error();
  const auto wanted = parse(*text);
  if (!wanted) co_return wanted.error();
  const store::StringPairs stated = Stated(*wanted);
  if (auto allowed = co_await AuthorizeStated(call, stated); !allowed) co_return allowed.error();
  auto put = [&](store::Txn& txn) -> Result<> {
    auto found = RequireLockable(txn, call);
    if (!found) return found.error();
    if (auto changed = change(*found, *wanted); !changed) return changed.error();
    store::UpdateVersion(txn, found->bucket.id, found->object);
    return {};
  };
  if (const auto stored = co_await call.commit(put); !stored) co_return stored.error();
  co_return http::Response(200);
}

}  // namespace

std::optional<store::LockMode> ParseLockMode(std::string_view text) {
  if (text == "GOVERNANCE") return store::LockMode::kGovernance;
  if (text == "COMPLIANCE") return store::LockMode::kCompliance;
  return std::nullopt;
}

std::string_view ShowLockMode(store::LockMode mode) {
  return mode == store::LockMode::kCompliance ? "COMPLIANCE" : "GOVERNANCE";
}

std::optional<bool> LegalHold(const store::Object& object) {
  if (object.legal_hold) return true;
  const bool said = std::any_of(object.attributes.begin(), object.attributes.end(),
                                [](const auto& attribute) { return attribute.first == kHeldBefore; });
  return said ? std::optional<bool>(false) : std::nullopt;
}

void SetLegalHold(store::Object& object, bool on) {
  if (!LegalHold(object)) object.attributes.emplace_back(kHeldBefore, "");
  object.legal_hold = on;
}

Error ProtectedByLock() {
  return Error(AccessDenied, "Access Denied because object protected by object lock.");
}

Error MissingLockConfiguration() {
  return Error(InvalidRequest, "Bucket is missing Object Lock Configuration");
}

Answer GetObjectRetention(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireLockable(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  const store::Object& object = found->object;
  if (object.lock_mode == store::LockMode::kNone) co_return Error(NoSuchObjectLockConfiguration);
  const RetentionDocument shown{std::string(ShowLockMode(object.lock_mode)), aws::IsoMillis(object.retain_until)};
  co_return XmlResponse(aws::Document("Retention", kNamespace, shown));
}

Answer PutObjectRetention(Call& call) {
  auto parse = [&](const std::string& text) { return ParseRetention(text, call.now()); };
  auto change = [&](FoundObject& found, const Retention& wanted) -> Result<> {
    if (auto checked = CheckChange(call, found, wanted); !checked) return checked.error();
    found.object.lock_mode = wanted.mode;
    found.object.retain_until = wanted.until;
    return {};
  };
  co_return co_await PutLock(call, parse, change);
}

Answer GetObjectLegalHold(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireLockable(reader, call); };
  const auto found = co_await call.read(find);
  if (!found) co_return found.error();
  const auto hold = LegalHold(found->object);
  if (!hold) co_return Error(NoSuchObjectLockConfiguration);
  co_return XmlResponse(aws::Document("LegalHold", kNamespace, HoldDocument{*hold ? "ON" : "OFF"}));
}

Answer PutObjectLegalHold(Call& call) {
  auto parse = [](const std::string& text) -> Result<HoldDocument> {
    HoldDocument wanted;
    const auto document = aws::XmlDocument::Parse(text, "LegalHold");
    if (!document || !aws::Read(document->root(), wanted)) return Error(MalformedXML);
    return wanted;
  };
  auto change = [](FoundObject& found, const HoldDocument& wanted) -> Result<> {
    SetLegalHold(found.object, wanted.status == "ON");
    return {};
  };
  co_return co_await PutLock(call, parse, change);
}

}  // namespace keymill::s3
