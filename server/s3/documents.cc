#include "server/s3/documents.h"

#include <algorithm>

#include "server/s3/lookup.h"

namespace keymill::s3 {
namespace {

/// Stored in place of a document that was deleted although every bucket has it from the start.
constexpr std::string_view kErased = "-";

void CopyElement(aws::XmlWriter& xml, const aws::XmlElement& element) {
  const auto children = element.children();
  if (children.empty()) {
    xml.text(element.name(), element.text());
    return;
  }
  xml.open(element.name());
  if (const auto type = element.attribute("type")) {  // of a Grantee
    xml.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance").attribute("xsi:type", *type);
  }
  for (const aws::XmlElement& child : children) CopyElement(xml, child);
  xml.close();
}

/// The stored name: kinds of which a bucket has several carry the id.
Result<std::string> NameOf(const Call& call, const DocumentKind& kind) {
  if (kind.list_root.empty()) return std::string(kind.name);
  const auto id = call.params().find("id");
  if (!id || id->empty()) return InvalidArgumentNamed("The id parameter must be specified.", "id", "");
  return std::string(kind.name).append("/").append(*id);
}

Error Missing(const DocumentKind& kind, const store::Bucket& bucket) {
  Error error(*kind.missing);
  if (kind.list_root.empty()) error.with("BucketName", bucket.name);
  return error;
}

std::string Whole(std::string_view root, std::string_view inner) {
  aws::XmlWriter xml;
  xml.declaration().open(root, kNamespace).raw(inner).close();
  return xml.take();
}

/// nullopt takes the mark away.
void SetMark(store::Txn& txn, store::Bucket& bucket, const DocumentKind& kind, std::optional<std::string> value) {
  auto& all = bucket.attributes;
  all.erase(std::remove_if(all.begin(), all.end(), [&](const auto& pair) { return pair.first == kind.name; }),
            all.end());
  if (value) all.emplace_back(kind.name, std::move(*value));
  store::PutBucket(txn, bucket);
}

}  // namespace

std::optional<std::string_view> FindMark(const store::Bucket& bucket, const DocumentKind& kind) {
  for (const auto& [name, value] : bucket.attributes) {
    if (name == kind.name) return value;
  }
  return std::nullopt;
}

Result<std::string> ComposeAsIs(const aws::XmlElement& root, const store::Reader&, const store::Bucket&) {
  aws::XmlWriter xml;
  for (const aws::XmlElement& child : root.children()) CopyElement(xml, child);
  return xml.take();
}

std::optional<std::string> FindConfiguration(const store::Reader& reader, const store::Bucket& bucket,
                                             const DocumentKind& kind) {
  auto inner = store::FindDocument(reader, bucket.id, kind.name);
  if (inner == kErased) return std::nullopt;
  if (!inner && (!kind.initial.empty() || kind.missing == nullptr)) return std::string(kind.initial);
  return inner;
}

Result<bool> SetDocument(store::Txn& txn, store::Bucket& bucket, const DocumentKind& kind, std::string_view name,
                         const aws::XmlElement& root, const std::string& mark) {
  const auto inner = kind.compose(root, txn, bucket);
  if (!inner) return inner.error();
  if (store::FindDocument(txn, bucket.id, name) == *inner && (kind.mark == nullptr || FindMark(bucket, kind) == mark)) {
    return false;
  }
  store::PutDocument(txn, bucket.id, name, *inner);
  if (kind.mark != nullptr) SetMark(txn, bucket, kind, mark);
  return true;
}

void ClearDocument(store::Txn& txn, store::Bucket& bucket, const DocumentKind& kind, std::string_view name) {
  if (kind.erasable)
    store::PutDocument(txn, bucket.id, name, kErased);
  else
    store::EraseDocument(txn, bucket.id, name);
  if (kind.mark != nullptr) SetMark(txn, bucket, kind, std::nullopt);
}

std::optional<std::string> FindWholeDocument(const store::Reader& reader, const store::Bucket& bucket,
                                             const DocumentKind& kind, std::string_view name) {
  const auto inner = store::FindDocument(reader, bucket.id, name);
  if (!inner || *inner == kErased) return std::nullopt;
  return Whole(kind.root, *inner);
}

const DocumentKind* FindDocumentKind(std::string_view name) {
  const auto matches = [&](const DocumentKind& kind) {
    if (kind.list_root.empty()) return name == kind.name;
    return name.size() > kind.name.size() + 1 && name.starts_with(kind.name) && name[kind.name.size()] == '/';
  };
  for (const DocumentKind* kind : ConfigurationKinds()) {
    if (matches(*kind)) return kind;
  }
  if (matches(EncryptionKind())) return &EncryptionKind();
  return matches(LifecycleKind()) ? &LifecycleKind() : nullptr;
}

Answer GetDocument(Call& call, const DocumentKind& kind) {
  const auto name = NameOf(call, kind);
  if (!name) co_return name.error();
  auto find = [&](const store::Reader& reader) -> Result<std::string> {
    const auto bucket = RequireBucket(reader, call);
    if (!bucket) return bucket.error();
    auto inner = kind.list_root.empty() ? FindConfiguration(reader, *bucket, kind)
                                        : store::FindDocument(reader, bucket->id, *name);
    if (!inner) return Missing(kind, *bucket);
    return std::move(*inner);
  };
  const auto inner = co_await call.read(find);
  if (!inner) co_return inner.error();
  co_return XmlResponse(Whole(kind.root, *inner));
}

Answer PutDocument(Call& call, const DocumentKind& kind) {
  const auto name = NameOf(call, kind);
  if (!name) co_return name.error();
  auto find = [&](const store::Reader& reader) { return RequireBucket(reader, call); };
  if (const auto bucket = co_await call.read(find); !bucket) co_return bucket.error();
  const auto text = co_await ReceiveDocument(call, kind.cap, kind.insist);
  if (!text) co_return text.error();
  if (text->empty()) co_return Error(MissingRequestBodyError);
  const auto document = aws::XmlDocument::Parse(*text, kind.root);
  if (!document) co_return Error(MalformedXML);
  auto mark = kind.mark != nullptr ? kind.mark(call) : Result<std::string>(std::string());
  if (!mark) co_return mark.error();
  auto put = [&](store::Txn& txn) -> Result<bool> {
    auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    return SetDocument(txn, *bucket, kind, *name, document->root(), *mark);
  };
  if (const auto stored = co_await call.commit(put); !stored) co_return stored.error();
  co_return http::Response(200);
}

Answer DeleteDocument(Call& call, const DocumentKind& kind) {
  const auto name = NameOf(call, kind);
  if (!name) co_return name.error();
  auto erase = [&](store::Txn& txn) -> Result<> {
    auto bucket = RequireBucket(txn, call);
    if (!bucket) return bucket.error();
    const bool known = kind.list_root.empty() || store::FindDocument(txn, bucket->id, *name);
    if (!known) return Missing(kind, *bucket);
    ClearDocument(txn, *bucket, kind, *name);
    return {};
  };
  if (const auto erased = co_await call.commit(erase); !erased) co_return erased.error();
  co_return http::Response(204);
}

Answer ListDocuments(Call& call, const DocumentKind& kind) {
  const std::string prefix = std::string(kind.name) + "/";
  auto find = [&](const store::Reader& reader) -> Result<std::string> {
    const auto bucket = RequireBucket(reader, call);
    if (!bucket) return bucket.error();
    aws::XmlWriter xml;
    xml.declaration().open(kind.list_root, kNamespace).boolean("IsTruncated", false);
    for (const std::string& name : store::ListDocuments(reader, bucket->id)) {
      if (!name.starts_with(prefix)) continue;
      if (const auto inner = store::FindDocument(reader, bucket->id, name)) xml.open(kind.root).raw(*inner).close();
    }
    xml.close();
    return xml.take();
  };
  auto document = co_await call.read(find);
  if (!document) co_return document.error();
  co_return XmlResponse(std::move(*document));
}

}  // namespace keymill::s3
