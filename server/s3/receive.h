#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "server/pipeline/call.h"
#include "server/s3/customer_key.h"
#include "server/s3/integrity.h"
#include "store/blobs.h"
#include "store/body_cipher.h"

namespace keymill::s3 {

inline constexpr std::uint64_t kMaxSinglePut = std::uint64_t{5} << 30;

/// A body as the commit references it: a blob that is there already, or bytes that are stored where their size belongs.
store::Body PlaceBody(store::Txn& txn, const std::optional<store::BlobRef>& blob, std::span<const std::byte> bytes);

/// Takes the body of one PutObject or UploadPart into the store in constant memory: small ones wait here for the
/// commit, large ones go to a blob, one chunk at a time on the blocking pool. Lives in the handler's frame. Until
/// kept() is called the blob is discarded with the receiver, however the request ends.
class Receiver {
 public:
  /// `stored`: the checksum that the object or part will have.
  Receiver(pipeline::Call& call, DeclaredDigests declared, const ChecksumKind& stored);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// What is stored is encrypted with this key, if it is one; digests stay those of the plain bytes. Before receive().
  void encrypt(const CustomerKey& key);

  /// Everything up to the end of the body, with all its checks. Errors: the payload's, EntityTooLarge, BadDigest.
  Task<Result<>> receive();

  std::uint64_t size() const { return size_; }
  std::string etag() const;  ///< MD5 in hexadecimal; random under a customer's key
  const PayloadDigests& digests() const { return digests_; }
  store::Checksum checksum() const;

  /// Within the commit, once: the body to reference.
  store::Body place(store::Txn& txn);
  /// The commit has happened.
  void kept() { blob_.reset(); }

 private:
  void grow(std::size_t capacity);
  Task<> take(http::Bytes bytes);
  Task<> flush();

  pipeline::Call& call_;
  PayloadDigests digests_;
  std::unique_ptr<std::byte[]> piece_;
  std::size_t capacity_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t size_ = 0;
  std::string nonce_;
  std::string random_etag_;
  std::optional<store::BodyCipher> cipher_;
  std::optional<store::BlobWriter> writer_;
  std::optional<store::BlobRef> blob_;
};

}  // namespace keymill::s3
