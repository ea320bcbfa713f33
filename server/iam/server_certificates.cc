#include "server/iam/server_certificates.h"

#include "server/aws/time.h"
#include "server/crypto/x509.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/holders.h"
#include "server/iam/page.h"
#include "server/iam/quotas.h"
#include "server/iam/signing_certificates.h"
#include "server/iam/tagging.h"
#include "server/iam/tags.h"

namespace keymill::iam {
namespace {

using store::Entity;
using store::EntityKind;

constexpr std::string_view kChainAttribute = "Chain";
constexpr std::string_view kExpirationAttribute = "Expiration";
constexpr aws::StringField kName{"ServerCertificateName", kExistingNameRule};
constexpr aws::StringField kNewName{"NewServerCertificateName", kExistingNameRule};
constexpr aws::StringField kPrivateKey{"PrivateKey", kPemRule};
constexpr aws::StringField kChain{
    "CertificateChain", {.min = 1, .max = 2'097'152, .matches = &IsDocumentText, .complaint = kTextComplaint}};

Result<Entity> RequireCertificate(const store::Reader& reader, const std::string& account, const std::string& name) {
  auto certificate = store::FindEntity(reader, EntityKind::kServerCertificate, account, name);
  if (certificate) return *std::move(certificate);
  return aws::Error(NoSuchEntity, "The Server Certificate with name " + name + " cannot be found.");
}

aws::Error NameTaken(const std::string& name) {
  return {EntityAlreadyExists, "The Server Certificate with name " + name + " already exists."};
}

/// A chain that cannot be read breaks where it begins.
std::optional<aws::Error> CheckChain(const crypto::Certificate& certificate, const std::string& pem) {
  const auto chain = crypto::ReadCertificates(pem);
  const auto broken = chain ? crypto::BrokenLink(certificate, *chain) : std::optional<int>(-1);
  if (!broken) return std::nullopt;
  return aws::Error(MalformedCertificate,
                    "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
                    "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
                    "certificate is: " +
                        std::to_string(*broken));
}

void WriteMetadata(aws::XmlWriter& xml, const Entity& certificate) {
  xml.text("Path", certificate.path).text("ServerCertificateName", certificate.name);
  xml.text("ServerCertificateId", certificate.id).text("Arn", EntityArn(certificate));
  xml.text("UploadDate", aws::IsoSeconds(certificate.created));
  xml.text("Expiration", aws::IsoSeconds(NumberAttribute(certificate.attributes, kExpirationAttribute)));
}

}  // namespace

constexpr TaggedKind<Entity> kTaggedServerCertificate{kName, "TagsPerServerCertificate", &RequireCertificate};

Task<Result<http::Response>> UploadServerCertificate(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  Entity certificate;
  certificate.kind = EntityKind::kServerCertificate;
  certificate.account = call.identity().account;
  certificate.created = certificate.updated = call.now();
  certificate.path = form.optional(kPath).value_or("/");
  certificate.name = form.required(kName);
  certificate.document = form.required(kCertificateBody);
  const std::string private_key = form.required(kPrivateKey);
  const auto chain = form.optional(kChain);
  certificate.tags = form.pairs(kTags, kTagKey, kTagValue);
  if (auto refusal = form.refusal()) co_return *refusal;
  if (auto refusal = CheckTags(certificate.tags)) co_return *refusal;
  const auto parsed = ReadOneCertificate(certificate.document, call.now());
  if (!parsed) co_return parsed.error();
  const auto public_key = crypto::PublicKeyOfPrivate(private_key);
  if (!public_key) co_return aws::Error(MalformedCertificate, "Unable to parse key; is it an unencrypted PEM key?");
  if (*public_key != parsed->public_key) co_return KeyPairMismatch;
  if (chain) {
    if (auto refusal = CheckChain(*parsed, *chain)) co_return *refusal;
  }
  SetAttribute(certificate.attributes, kExpirationAttribute, std::to_string(parsed->not_after));
  if (chain) SetAttribute(certificate.attributes, kChainAttribute, *chain);
  auto upload = [&](store::Txn& txn) -> Result<> {
    if (store::FindEntity(txn, certificate.kind, certificate.account, certificate.name)) {
      return NameTaken(certificate.name);
    }
    if (auto full = AccountQuota(txn, certificate.kind, certificate.account)) return *full;
    certificate.id = NewEntityId(txn, "ASCA");
    store::PutEntity(txn, certificate);
    return {};
  };
  auto uploaded = co_await call.commit(upload);
  if (!uploaded) co_return uploaded.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("ServerCertificateMetadata");
    WriteMetadata(xml, certificate);
    xml.close();
    if (!certificate.tags.empty()) WriteTags(xml, certificate.tags);
  });
}

Task<Result<http::Response>> GetServerCertificate(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) { return RequireCertificate(reader, call.identity().account, name); };
  auto certificate = co_await call.read(find);
  if (!certificate) co_return certificate.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("ServerCertificate").open("ServerCertificateMetadata");
    WriteMetadata(xml, *certificate);
    xml.close().text("CertificateBody", certificate->document);
    xml.optional_text("CertificateChain", Attribute(certificate->attributes, kChainAttribute));
    if (!certificate->tags.empty()) WriteTags(xml, certificate->tags);
    xml.close();
  });
}

Task<Result<http::Response>> ListServerCertificates(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string prefix = form.optional(kPathPrefix).value_or("/");
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) {
    return store::ListEntities(reader, EntityKind::kServerCertificate, call.identity().account, prefix, page.after,
                               page.limit + 1);
  };
  auto certificates = co_await call.read(list);
  const bool truncated = Cut(certificates, page);
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("ServerCertificateMetadataList");
    for (const Entity& certificate : certificates) {
      xml.open("member");
      WriteMetadata(xml, certificate);
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? certificates.back().name : std::string_view{});
  });
}

Task<Result<http::Response>> UpdateServerCertificate(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kName);
  const auto new_path = form.optional(kNewPath);
  const auto new_name = form.optional(kNewName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto update = [&](store::Txn& txn) -> Result<> {
    auto certificate = RequireCertificate(txn, call.identity().account, name);
    if (!certificate) return certificate.error();
    return MoveEntity(txn, *std::move(certificate), new_name, new_path, &NameTaken);
  };
  co_return co_await CommitThenAnswer(call, update);
}

Task<Result<http::Response>> DeleteServerCertificate(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string name = form.required(kName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto certificate = RequireCertificate(txn, call.identity().account, name);
    if (!certificate) return certificate.error();
    store::EraseEntity(txn, *certificate);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

}  // namespace keymill::iam
