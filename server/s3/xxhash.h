#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/s3/crc.h"

namespace keymill::s3 {

/// The xxHash family as S3's checksums use it: seed 0, digests in the canonical, big-endian form. xxhash.cc is the only
/// file that names the library.
class XxHash {
 public:
  enum class Variant : std::uint8_t { kXxh64, kXxh3, kXxh128 };  ///< digests of 8, 8 and 16 octets

  explicit XxHash(Variant variant);
  ~XxHash();
  XxHash(XxHash&&) noexcept;
  XxHash& operator=(XxHash&&) noexcept;

  void update(Octets bytes);
  std::string finish() const;  ///< of what came so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keymill::s3
