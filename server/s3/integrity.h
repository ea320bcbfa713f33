#pragma once

#include <optional>
#include <string>

#include "server/pipeline/call.h"
#include "server/s3/checksums.h"

namespace keymill::s3 {

/// What the client says about its payload: Content-MD5 and at most one checksum, in a header or announced as a trailer.
struct DeclaredDigests {
  std::optional<std::string> md5;       ///< raw
  const ChecksumKind* kind = nullptr;   ///< nullptr: none declared
  std::optional<std::string> checksum;  ///< raw, from the header; absent if a trailer will bring it
  bool trailer = false;

  bool any() const { return md5 || kind != nullptr; }
};

/// Refuses malformed values, two checksums, and an algorithm announced without a value.
Result<DeclaredDigests> ReadDeclaredDigests(const pipeline::Call& call);

/// Hashes a payload as it arrives and compares it with what was declared.
class PayloadDigests {
 public:
  /// `stored`: the checksum to compute whatever the client declared; nullptr = none.
  PayloadDigests(DeclaredDigests declared, const ChecksumKind* stored);
  void update(Octets bytes);
  /// After Payload::finish(), which makes the trailers trustworthy.
  Result<> verify(const pipeline::Payload& payload);

  const DeclaredDigests& declared() const { return declared_; }
  const sigv4::Md5Digest& md5() const { return md5_; }  ///< after verify()
  /// Of the kind to be stored; after verify().
  const ChecksumKind* kind() const { return stored_ ? &stored_->kind() : nullptr; }
  const std::string& checksum() const { return checksum_; }

 private:
  DeclaredDigests declared_;
  sigv4::Md5 hasher_md5_;
  std::optional<ChecksumHasher> stored_;
  std::optional<ChecksumHasher> other_;  // of the declared kind, if that is another
  sigv4::Md5Digest md5_{};
  std::string checksum_;
};

/// Whether an operation insists on Content-MD5 or a checksum (aws-facts E1 says which do).
enum class Insist : std::uint8_t { kNo, kMd5OrChecksum, kLifecycle };

/// The whole body of a request with a document, verified, at most `cap` bytes.
Task<Result<std::string>> ReceiveDocument(pipeline::Call& call, std::size_t cap, Insist insist = Insist::kNo);

}  // namespace keymill::s3
