#include "server/iam/signing_certificates.h"

#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/aws/totp.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/user_credentials.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "store/principals.h"

namespace keymill::iam {
namespace {

using store::Item;
using store::ItemKind;

/// Of the certificate's octets: SHA-256 in hexadecimal.
constexpr std::string_view kFingerprintAttribute = "Fingerprint";
constexpr std::size_t kIdOctets = 20;  // 32 characters of base32: the model wants 24 at least
constexpr aws::StringField kCertificateId{"CertificateId",
                                          {.min = 24, .max = 128, .matches = &IsWord, .pattern = R"([\w]+)"}};
constexpr UserCredentialKind kCertificate{
    ItemKind::kSigningCertificate, kUserName,          kCertificateId, false, true,
    "The Certificate with id ",    " cannot be found."};

void Write(aws::XmlWriter& xml, const UserCredential& certificate) {
  xml.optional_text("UserName", certificate.user_name).text("CertificateId", certificate.item.name);
  xml.text("CertificateBody", certificate.item.document);
  xml.text("Status", Attribute(certificate.item.attributes, kStatusAttribute));
  xml.text("UploadDate", aws::IsoSeconds(certificate.item.created));
}

/// Whether a user of the account, or its root user, has this certificate already.
bool IsTaken(const store::Reader& reader, const std::string& account, const std::string& fingerprint) {
  for (const Item& item : store::AllItems(reader, ItemKind::kSigningCertificate)) {
    if (Attribute(item.attributes, kFingerprintAttribute) != fingerprint) continue;
    const auto user = store::FindUserById(reader, item.owner);
    if ((user ? user->account : item.owner) == account) return true;
  }
  return false;
}

}  // namespace

Result<crypto::Certificate> ReadOneCertificate(std::string_view pem, store::Millis now) {
  auto certificates = crypto::ReadCertificates(pem);
  if (!certificates || certificates->size() != 1) return aws::Error(MalformedCertificate);
  crypto::Certificate& certificate = certificates->front();
  if (now > certificate.not_after) return aws::Error(MalformedCertificate, "Certificate is no longer valid.");
  return std::move(certificate);
}

Task<Result<http::Response>> UploadSigningCertificate(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = ReadCredentialUser(form, kCertificate);
  const std::string body = form.required(kCertificateBody);
  if (auto refusal = form.refusal()) co_return *refusal;
  const auto parsed = ReadOneCertificate(body, call.now());
  if (!parsed) co_return parsed.error();
  if (call.now() < parsed->not_before) co_return aws::Error(InvalidCertificate, "Certificate is not yet valid.");
  const std::string fingerprint = sigv4::hex(sigv4::sha256(parsed->der));
  auto upload = [&](store::Txn& txn) -> Result<UserCredential> {
    auto owner = FindCredentialOwner(txn, kCertificate, call.identity(), name);
    if (!owner) return owner.error();
    if (IsTaken(txn, owner->account, fingerprint)) return aws::Error(DuplicateCertificate);
    if (store::ListItems(txn, ItemKind::kSigningCertificate, owner->id).size() >= kMaxSigningCertificates) {
      return QuotaExceeded("CertificatesPerUser", kMaxSigningCertificates);
    }
    Item item;
    item.kind = ItemKind::kSigningCertificate;
    item.owner = owner->id;
    item.name = aws::Base32Encode(aws::RandomBytes(kIdOctets));
    item.created = item.updated = call.now();
    item.document = body;
    item.attributes = {{std::string(kStatusAttribute), "Active"}, {std::string(kFingerprintAttribute), fingerprint}};
    store::PutItem(txn, item);
    return UserCredential{std::move(item), owner->name()};
  };
  const auto certificate = co_await call.commit(upload);
  if (!certificate) co_return certificate.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Certificate");
    Write(xml, *certificate);
    xml.close();
  });
}

Task<Result<http::Response>> ListSigningCertificates(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = ReadCredentialUser(form, kCertificate);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) { return ListCredentials(reader, kCertificate, call.identity(), name); };
  auto certificates = co_await call.read(list);
  if (!certificates) co_return certificates.error();
  const bool truncated = Slice(*certificates, page, [](const UserCredential& entry) { return entry.item.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("Certificates");
    for (const UserCredential& certificate : *certificates) {
      xml.open("member");
      Write(xml, certificate);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? certificates->back().item.name : std::string_view{});
  });
}

Task<Result<http::Response>> UpdateSigningCertificate(pipeline::Call& call) {
  return UpdateCredentialStatus(call, kCertificate);
}
Task<Result<http::Response>> DeleteSigningCertificate(pipeline::Call& call) {
  return DeleteCredential(call, kCertificate);
}

}  // namespace keymill::iam
