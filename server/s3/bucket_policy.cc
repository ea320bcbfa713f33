#include "server/s3/bucket_policy.h"

#include <variant>

#include "server/aws/xml_writer.h"
#include "server/pipeline/named_principals.h"
#include "server/policy/rules.h"
#include "server/s3/authorization.h"
#include "server/s3/bucket_state.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "server/s3/lookup.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxPolicy = 20 << 10;

Result<std::string> FindPolicy(const store::Reader& reader, const Call& call) {
  const auto bucket = RequireBucket(reader, call);
  if (!bucket) return bucket.error();
  auto text = store::FindDocument(reader, bucket->id, kPolicyDocument);
  if (!text) return Error(NoSuchBucketPolicy).with("BucketName", bucket->name);
  return std::move(*text);
}

/// The policy with today's names of those whom it means.
Result<std::string> FindShownPolicy(const store::Reader& reader, const Call& call) {
  auto text = FindPolicy(reader, call);
  if (!text) return text;
  const auto bucket = RequireBucket(reader, call);
  const auto named = bucket ? store::FindDocument(reader, bucket->id, kNamedDocument) : std::nullopt;
  return named ? pipeline::ShowNamed(reader, *text, pipeline::DecodeNamed(*named)) : *std::move(text);
}

Error Malformed(const policy::Invalid& invalid) {
  Error error(MalformedPolicy, invalid.message);
  if (!invalid.detail.empty()) error.with("Detail", invalid.detail);
  return error;
}

/// A policy that may be stored on the request's bucket.
Result<policy::Document> ReadPolicy(const Call& call, std::string_view text) {
  auto document = ParseNewPolicy(text, call.route().bucket);
  if (!document) return document;
  const bool blocked =
      call.bucket() != nullptr && call.bucket()->access_block.block_policy && document->allows_everybody();
  if (blocked) return BlockedPublicAccess(call, "s3:PutBucketPolicy", "policies", "BlockPublicPolicy");
  return document;
}

}  // namespace

Result<policy::Document> ParseNewPolicy(std::string_view text, std::string_view bucket) {
  if (text.size() > kMaxPolicy) {
    return Error(MaxMessageLengthExceeded).with("MaxMessageLengthBytes", std::to_string(kMaxPolicy));
  }
  auto parsed = policy::Document::ParseForBucket(text, bucket);
  if (auto* document = std::get_if<policy::Document>(&parsed)) return std::move(*document);
  return Malformed(std::get<policy::Invalid>(parsed));
}

Result<bool> SetBucketPolicy(store::Txn& txn, store::BucketId bucket, const policy::Document& document,
                             std::string_view text) {
  store::StringPairs ids;
  if (const auto nobody = pipeline::FindNamed(txn, document, ids)) {
    return Malformed(policy::InvalidPrincipal(policy::Kind::kResource, "AWS", *nobody));
  }
  const std::string named = pipeline::EncodeNamed(ids);
  if (store::FindDocument(txn, bucket, kPolicyDocument) == text &&
      store::FindDocument(txn, bucket, kNamedDocument) == named) {
    return false;
  }
  store::PutDocument(txn, bucket, kPolicyDocument, text);
  store::PutDocument(txn, bucket, kNamedDocument, named);
  return true;
}

Answer GetBucketPolicy(Call& call) {
  auto find = [&](const store::Reader& reader) { return FindShownPolicy(reader, call); };
  auto text = co_await call.read(find);
  if (!text) co_return text.error();
  http::Response response;
  response.body(std::move(*text), "application/json");
  co_return response;
}

Answer PutBucketPolicy(Call& call) {
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (const auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kMaxPolicy);
  if (!text) co_return text.error();
  if (text->empty()) co_return Error(MissingRequestBodyError);
  const auto document = ReadPolicy(call, *text);
  if (!document) co_return document.error();
  auto put = [&](store::Txn& txn) -> Result<> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    const auto set = SetBucketPolicy(txn, bucket->id, *document, *text);
    return set ? Result<>() : set.error();
  };
  if (const auto stored = co_await call.commit(put); !stored) co_return stored.error();
  co_return http::Response(204);
}

Answer DeleteBucketPolicy(Call& call) {
  auto erase = [&](store::Txn& txn) -> Result<> {
    const auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    store::EraseDocument(txn, bucket->id, kPolicyDocument);
    store::EraseDocument(txn, bucket->id, kNamedDocument);
    return {};
  };
  if (const auto erased = co_await call.commit(erase); !erased) co_return erased.error();
  co_return http::Response(204);
}

Answer GetBucketPolicyStatus(Call& call) {
  auto find = [&](const store::Reader& reader) { return FindPolicy(reader, call); };
  const auto text = co_await call.read(find);
  if (!text) co_return text.error();
  const auto parsed = policy::Document::Parse(*text, policy::Kind::kResource);
  const auto* document = std::get_if<policy::Document>(&parsed);
  aws::XmlWriter xml;
  xml.declaration().open("PolicyStatus", kNamespace);
  xml.boolean("IsPublic", document != nullptr && document->allows_everybody()).close();
  co_return XmlResponse(xml.take());
}

}  // namespace keymill::s3
