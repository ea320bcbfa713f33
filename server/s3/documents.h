#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/aws/fields.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/integrity.h"
#include "store/buckets.h"

/// Bucket configurations that are stored as documents: one description per kind, one handler per verb.
namespace keymill::s3 {

/// Checks what a client put, on the committer thread, and says what GET will answer: the elements inside of the root.
using Compose = Result<std::string> (*)(const aws::XmlElement& root, const store::Reader& reader,
                                        const store::Bucket& bucket);

struct DocumentKind {
  std::string_view name;     ///< of the stored document
  std::string_view root;     ///< element
  const ErrorKind* missing;  ///< what GET says if there is none; nullptr = an empty root
  Compose compose;
  Insist insist = Insist::kNo;
  std::size_t cap = 2097152;        ///< bytes of the request
  std::string_view initial = {};    ///< what GET answers on a bucket that was never configured
  bool erasable = false;            ///< DELETE takes away `initial` too
  std::string_view list_root = {};  ///< of the listing, for kinds of which a bucket has several, by id
  /// What the bucket's own record keeps under `name` while there is a document, so that requests on objects know
  /// without another read; nullptr = nothing.
  Result<std::string> (*mark)(const Call& call) = nullptr;
};

Answer GetDocument(Call& call, const DocumentKind& kind);
Answer PutDocument(Call& call, const DocumentKind& kind);
Answer DeleteDocument(Call& call, const DocumentKind& kind);
Answer ListDocuments(Call& call, const DocumentKind& kind);

// What happens inside the commit. `name` is the stored one: the kind's, with "/id" where a bucket has several.
/// Checks the document and stores it; what is stored already changes nothing (false).
Result<bool> SetDocument(store::Txn& txn, store::Bucket& bucket, const DocumentKind& kind, std::string_view name,
                         const aws::XmlElement& root, const std::string& mark);
void ClearDocument(store::Txn& txn, store::Bucket& bucket, const DocumentKind& kind, std::string_view name);

/// A stored document as a client would put it; nullopt if it was deleted or is not there.
std::optional<std::string> FindWholeDocument(const store::Reader& reader, const store::Bucket& bucket,
                                             const DocumentKind& kind, std::string_view name);

/// The kinds of bucket_config.cc, that of encryption.cc and that of lifecycle_configuration.cc.
std::span<const DocumentKind* const> ConfigurationKinds();
const DocumentKind& EncryptionKind();
const DocumentKind& LifecycleKind();
/// By the stored name; nullptr if S3 has no such document.
const DocumentKind* FindDocumentKind(std::string_view name);

/// The elements inside of a bucket's document of this kind; nullopt if there is none.
std::optional<std::string> FindConfiguration(const store::Reader& reader, const store::Bucket& bucket,
                                             const DocumentKind& kind);

/// What DocumentKind::mark gave; nullopt if the bucket has no such document.
std::optional<std::string_view> FindMark(const store::Bucket& bucket, const DocumentKind& kind);

/// For configurations that are stored only: any well-formed content, as it came.
Result<std::string> ComposeAsIs(const aws::XmlElement& root, const store::Reader& reader, const store::Bucket& bucket);

/// For the others: read into `Shape`, checked, and written from it.
template <class Shape, Result<> (*kCheck)(Shape&)>
Result<std::string> ComposeShape(const aws::XmlElement& root, const store::Reader&, const store::Bucket&) {
  Shape shape;
  if (!aws::Read(root, shape)) return Error(MalformedXML);
  if (auto checked = kCheck(shape); !checked) return checked.error();
  aws::XmlWriter xml;
  aws::WriteFields(xml, shape);
  return xml.take();
}

}  // namespace keymill::s3
