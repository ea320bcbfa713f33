#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "server/s3/crc.h"
#include "sigv4/digest.h"

namespace keymill::s3 {

/// One of S3's checksum algorithms: how it is called in documents, in headers and in elements.
struct ChecksumKind {
  std::string_view name;     ///< CRC32
  std::string_view lower;    ///< crc32
  std::string_view header;   ///< x-amz-checksum-crc32
  std::string_view element;  ///< ChecksumCRC32
  std::size_t size;          ///< bytes of the digest
  bool linear;               ///< a CRC: parts' values combine to the whole's
};

inline constexpr ChecksumKind kCrc32{"CRC32", "crc32", "x-amz-checksum-crc32", "ChecksumCRC32", 4, true};
inline constexpr ChecksumKind kCrc32c{"CRC32C", "crc32c", "x-amz-checksum-crc32c", "ChecksumCRC32C", 4, true};
inline constexpr ChecksumKind kCrc64Nvme{"CRC64NVME",         "crc64nvme", "x-amz-checksum-crc64nvme",
                                         "ChecksumCRC64NVME", 8,           true};
inline constexpr ChecksumKind kSha1{"SHA1", "sha1", "x-amz-checksum-sha1", "ChecksumSHA1", 20, false};
inline constexpr ChecksumKind kSha256{"SHA256", "sha256", "x-amz-checksum-sha256", "ChecksumSHA256", 32, false};

inline constexpr std::array<const ChecksumKind*, 5> kChecksumKinds = {&kCrc32, &kCrc32c, &kCrc64Nvme, &kSha1, &kSha256};

/// By its name in either case (`CRC32`) or by its header (`x-amz-checksum-crc32`); nullptr if S3 has no such.
const ChecksumKind* FindChecksumKind(std::string_view name);
const ChecksumKind* FindChecksumHeader(std::string_view header);

/// Computes a checksum over bytes as they come.
class ChecksumHasher {
 public:
  explicit ChecksumHasher(const ChecksumKind& kind);
  void update(Octets bytes);
  std::string finish();  ///< the raw digest, big-endian
  const ChecksumKind& kind() const { return *kind_; }

 private:
  const ChecksumKind* kind_;
  std::variant<std::uint64_t, sigv4::Sha1, sigv4::Sha256> state_;
};

/// The checksum of two runs of bytes one after the other; only for linear kinds.
std::string CombineChecksums(const ChecksumKind& kind, std::string_view first, std::string_view second,
                             std::uint64_t second_size);

/// The value as S3 shows it: base64, with `-parts` if it is composite.
std::string ShowChecksum(std::string_view raw, std::size_t composite_parts = 0);

}  // namespace keymill::s3
