#include "server/iam/ssh_keys.h"

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/crypto/rsa_public_key.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/user_credentials.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::iam {
namespace {

using crypto::RsaPublicKey;
using store::Item;
using store::ItemKind;

constexpr std::size_t kLeastBits = 2048;
constexpr std::string_view kSsh = "SSH";
constexpr std::string_view kEncodings[] = {kSsh, "PEM"};
constexpr aws::StringField kBody{"SSHPublicKeyBody", kPemRule};
constexpr aws::StringField kKeyId{"SSHPublicKeyId", {.min = 20, .max = 128, .matches = &IsWord, .pattern = R"([\w]+)"}};
constexpr aws::StringField kEncoding{"Encoding", {.values = kEncodings}};

constexpr UserCredentialKind kUploadedKey{ItemKind::kSshKey,         kShortUserName,     kKeyId, true, false,
                                          "The Public Key with id ", " cannot be found."};
/// Listings alone may leave the user out.
constexpr UserCredentialKind kListedKey{ItemKind::kSshKey,      kShortUserName,       kKeyId, false, false,
                                        kUploadedKey.before_id, kUploadedKey.after_id};

/// In either form that IAM takes.
Result<RsaPublicKey> ParseKey(std::string_view body) {
  const auto begin = body.find_first_not_of(" \t\r\n");
  const std::string_view text = begin == std::string_view::npos ? std::string_view{} : body.substr(begin);
  const bool ssh = text.starts_with("ssh-rsa");
  if (!ssh && !text.starts_with("-----BEGIN")) return aws::Error(UnrecognizedPublicKeyEncoding);
  auto key = ssh ? RsaPublicKey::FromSsh(text) : RsaPublicKey::FromPem(text);
  if (!key || key->bits() < kLeastBits) return aws::Error(InvalidPublicKey);
  return *std::move(key);
}

/// The MD5 of what SSH itself hashes, in the colon form of its older programs.
std::string Fingerprint(const RsaPublicKey& key) {
  std::string text;
  for (const std::uint8_t octet : sigv4::md5(key.ssh_blob())) {
    if (!text.empty()) text += ':';
    text += sigv4::hex({&octet, 1});
  }
  return text;
}

/// Keys are kept as they were uploaded, so that they can be read.
RsaPublicKey StoredKey(const Item& item) {
  return *ParseKey(item.document);
}

void WriteMetadata(aws::XmlWriter& xml, const UserCredential& key) {
  xml.text("UserName", key.user_name).text("SSHPublicKeyId", key.item.name);
  xml.text("Status", Attribute(key.item.attributes, kStatusAttribute));
  xml.text("UploadDate", aws::IsoSeconds(key.item.created));
}

http::Response AnswerOne(const pipeline::Call& call, const UserCredential& key, std::string_view body) {
  return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("SSHPublicKey").text("Fingerprint", Fingerprint(StoredKey(key.item))).text("SSHPublicKeyBody", body);
    WriteMetadata(xml, key);
    xml.close();
  });
}

}  // namespace

Task<Result<http::Response>> UploadSSHPublicKey(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = ReadCredentialUser(form, kUploadedKey);
  const std::string body = form.required(kBody);
  if (auto refusal = form.refusal()) co_return *refusal;
  const auto parsed = ParseKey(body);
  if (!parsed) co_return parsed.error();
  auto upload = [&](store::Txn& txn) -> Result<UserCredential> {
    auto owner = FindCredentialOwner(txn, kUploadedKey, call.identity(), name);
    if (!owner) return owner.error();
    const auto keys = store::ListItems(txn, ItemKind::kSshKey, owner->id);
    for (const Item& key : keys) {
      if (StoredKey(key).ssh_blob() == parsed->ssh_blob()) return aws::Error(DuplicateSSHPublicKey);
    }
    if (keys.size() >= kMaxSshKeys) return QuotaExceeded("SSHPublicKeysPerUser", kMaxSshKeys);
    Item item;
    item.kind = ItemKind::kSshKey;
    item.owner = owner->id;
    item.name = aws::NewUniqueId("APKA");
    item.created = item.updated = call.now();
    item.document = body;
    item.attributes = {{std::string(kStatusAttribute), "Active"}};
    store::PutItem(txn, item);
    return UserCredential{std::move(item), owner->name()};
  };
  const auto key = co_await call.commit(upload);
  if (!key) co_return key.error();
  co_return AnswerOne(call, *key, body);
}

Task<Result<http::Response>> GetSSHPublicKey(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = ReadCredentialUser(form, kUploadedKey);
  const std::string id = form.required(kKeyId);
  const std::string encoding = form.required(kEncoding);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) {
    return RequireCredential(reader, kUploadedKey, call.identity(), name, id);
  };
  const auto key = co_await call.read(find);
  if (!key) co_return key.error();
  const RsaPublicKey stored = StoredKey(key->item);
  co_return AnswerOne(call, *key, encoding == kSsh ? stored.ssh() : stored.pem());
}

Task<Result<http::Response>> ListSSHPublicKeys(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = ReadCredentialUser(form, kListedKey);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) { return ListCredentials(reader, kListedKey, call.identity(), name); };
  auto keys = co_await call.read(list);
  if (!keys) co_return keys.error();
  const bool truncated = Slice(*keys, page, [](const UserCredential& key) { return key.item.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("SSHPublicKeys");
    for (const UserCredential& key : *keys) {
      xml.open("member");
      WriteMetadata(xml, key);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? keys->back().item.name : std::string_view{});
  });
}

Task<Result<http::Response>> UpdateSSHPublicKey(pipeline::Call& call) {
  return UpdateCredentialStatus(call, kUploadedKey);
}
Task<Result<http::Response>> DeleteSSHPublicKey(pipeline::Call& call) {
  return DeleteCredential(call, kUploadedKey);
}

}  // namespace keymill::iam
