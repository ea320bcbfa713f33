#include "server/pipeline/session_token.h"

#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "store/codec.h"
#include "store/db.h"

namespace keymill::pipeline {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint32_t kFiller = 19;                   // taken for good: a field of the session needs another tag
constexpr std::string_view kPurpose = "session token";  // what else the master key seals does not open as a token

void WriteList(store::FieldWriter& fields, std::uint32_t tag, const std::vector<std::string>& list) {
  for (const std::string& item : list) fields.always_bytes(tag, item);
}

void ReadList(store::FieldReader& fields, std::uint32_t tag, std::vector<std::string>& list) {
  while (fields.find(tag)) list.emplace_back(fields.bytes());
}

Session Decode(std::string_view record) {
  store::FieldReader fields(record, kFormat);
  Session session;
  auto text = [&](std::uint32_t tag, std::string& out) {
    if (fields.find(tag)) out = fields.bytes();
  };
  auto time = [&](std::uint32_t tag, store::Millis& out) {
    if (fields.find(tag)) out = store::UnZigZag(fields.number());
  };
  const std::uint64_t kind = fields.find(1) ? fields.number() : 0;
  if (kind < 1 || kind > static_cast<std::uint64_t>(Session::Kind::kRoot)) {
    throw store::StoreError("a session token of an unknown kind");
  }
  session.kind = static_cast<Session::Kind>(kind);
  text(2, session.account);
  text(3, session.principal_id);
  text(4, session.name);
  text(5, session.access_key_id);
  text(6, session.secret);
  time(7, session.issued);
  time(8, session.expires);
  session.limited = fields.find(9) && fields.number() != 0;
  ReadList(fields, 10, session.policies);
  ReadList(fields, 11, session.policy_arns);
  store::ReadPairs(fields, 12, session.tags);
  ReadList(fields, 13, session.transitive_tags);
  text(14, session.source_identity);
  time(15, session.mfa_time);
  text(16, session.provider);
  store::ReadPairs(fields, 17, session.claims);
  session.account_number = fields.find(18) ? fields.number() : 0;
  return session;
}

}  // namespace

std::string SealSession(const store::Vault& vault, const Session& session, std::size_t least) {
  std::string record;
  store::FieldWriter fields(record, kFormat);
  fields.always_number(1, static_cast<std::uint64_t>(session.kind));
  fields.bytes(2, session.account);
  fields.bytes(3, session.principal_id);
  fields.bytes(4, session.name);
  fields.bytes(5, session.access_key_id);
  fields.bytes(6, session.secret);
  fields.number(7, store::ZigZag(session.issued));
  fields.number(8, store::ZigZag(session.expires));
  fields.number(9, session.limited ? 1 : 0);
  WriteList(fields, 10, session.policies);
  WriteList(fields, 11, session.policy_arns);
  store::WritePairs(fields, 12, session.tags);
  WriteList(fields, 13, session.transitive_tags);
  fields.bytes(14, session.source_identity);
  fields.number(15, store::ZigZag(session.mfa_time));
  fields.bytes(16, session.provider);
  store::WritePairs(fields, 17, session.claims);
  fields.number(18, session.account_number);
  std::string sealed = vault.seal(record, kPurpose);
  const std::size_t wanted = least == 0 ? 0 : (least + 3) / 4 * 3 - 2;  // octets that base64 makes so many of
  if (sealed.size() < wanted) {
    const std::size_t filled = record.size() + wanted - sealed.size();
    while (record.size() < filled) fields.always_number(kFiller, 1);  // two octets, which no reader looks for
    sealed = vault.seal(record, kPurpose);
  }
  sigv4::cleanse(record.data(), record.size());
  return sigv4::base64_encode(sealed);
}

std::optional<Session> OpenSession(const store::Vault& vault, std::string_view token) {
  const auto sealed = sigv4::base64_decode(token);
  if (!sealed) return std::nullopt;
  auto record = vault.try_open(*sealed, kPurpose);
  if (!record) return std::nullopt;
  std::optional<Session> session;
  try {
    session = Decode(*record);
  } catch (const store::StoreError&) {  // sealed by a later version of the program
  }
  sigv4::cleanse(record->data(), record->size());
  return session;
}

}  // namespace keymill::pipeline
