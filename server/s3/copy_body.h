#pragma once

#include <optional>

#include "server/pipeline/call.h"
#include "server/s3/checksums.h"
#include "server/s3/customer_key.h"
#include "server/s3/range.h"
#include "store/blobs.h"

namespace keymill::s3 {

/// A finished blob, discarded unless a commit has referenced it.
class OwnedBlob {
 public:
  explicit OwnedBlob(store::Db& db) : db_(db) {}
  ~OwnedBlob() {
    if (blob_) store::Discard(db_, *blob_);
  }
  OwnedBlob(const OwnedBlob&) = delete;
  OwnedBlob& operator=(const OwnedBlob&) = delete;
  void set(store::BlobRef blob) { blob_ = std::move(blob); }
  const std::optional<store::BlobRef>& get() const { return blob_; }
  void kept() { blob_.reset(); }

 private:
  store::Db& db_;
  std::optional<store::BlobRef> blob_;
};

/// ETag and checksum of bytes that were read again.
struct CopiedDigests {
  std::string etag;
  store::Checksum checksum;  ///< of the plain bytes
};

/// The bytes to copy, and the key that opens them; empty if they need none.
struct BodySource {
  const store::Body& body;
  ByteRange range;
  const CustomerKey& key;
};

/// Hashes a range of a body and, where there is a `blob`, writes it into that one, encrypted with `key` if that is not
/// empty. Blob stays unset if the range is empty. False if the source has gone meanwhile.
Task<bool> CopyBytes(pipeline::Call& call, const BodySource& source, const ChecksumKind& kind, CopiedDigests& digests,
                     OwnedBlob* blob, const CustomerKey& key);

/// The ETag of bytes under a customer's key: any value but their MD5, which would tell what they are.
std::string RandomEtag();

}  // namespace keymill::s3
