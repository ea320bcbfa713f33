#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "server/s3/crc.h"
#include "server/s3/xxhash.h"
#include "sigv4/digest.h"

namespace keymill::s3 {

/// One of S3's checksum algorithms: how it is called in documents, in headers and in elements.
struct ChecksumKind {
  std::string_view name;     ///< CRC32
  std::string_view lower;    ///< crc32
  std::string_view header;   ///< x-amz-checksum-crc32
  std::string_view element;  ///< ChecksumCRC32
  std::size_t size;          ///< bytes of the digest
  bool linear;               ///< a CRC: parts' values combine to the whole's; others have no FULL_OBJECT of parts
};

inline constexpr ChecksumKind kCrc32{"CRC32", "crc32", "x-amz-checksum-crc32", "ChecksumCRC32", 4, true};
inline constexpr ChecksumKind kCrc32c{"CRC32C", "crc32c", "x-amz-checksum-crc32c", "ChecksumCRC32C", 4, true};
inline constexpr ChecksumKind kCrc64Nvme{"CRC64NVME",         "crc64nvme", "x-amz-checksum-crc64nvme",
                                         "ChecksumCRC64NVME", 8,           true};
inline constexpr ChecksumKind kSha1{"SHA1", "sha1", "x-amz-checksum-sha1", "ChecksumSHA1", 20, false};
inline constexpr ChecksumKind kSha256{"SHA256", "sha256", "x-amz-checksum-sha256", "ChecksumSHA256", 32, false};

inline constexpr ChecksumKind kMd5{"MD5", "md5", "x-amz-checksum-md5", "ChecksumMD5", 16, false};
inline constexpr ChecksumKind kSha512{"SHA512", "sha512", "x-amz-checksum-sha512", "ChecksumSHA512", 64, false};
inline constexpr ChecksumKind kXxHash3{"XXHASH3", "xxhash3", "x-amz-checksum-xxhash3", "ChecksumXXHASH3", 8, false};
inline constexpr ChecksumKind kXxHash64{"XXHASH64",         "xxhash64", "x-amz-checksum-xxhash64",
                                        "ChecksumXXHASH64", 8,          false};
inline constexpr ChecksumKind kXxHash128{"XXHASH128",         "xxhash128", "x-amz-checksum-xxhash128",
                                         "ChecksumXXHASH128", 16,          false};

/// In the order in which the documentation of x-amz-sdk-checksum-algorithm names them.
inline constexpr std::array<const ChecksumKind*, 10> kChecksumKinds = {
    &kCrc32, &kCrc32c, &kCrc64Nvme, &kMd5, &kSha1, &kSha256, &kSha512, &kXxHash3, &kXxHash64, &kXxHash128};

/// By its name in either case (`CRC32`) or by its header (`x-amz-checksum-crc32`); nullptr if S3 has no such.
const ChecksumKind* FindChecksumKind(std::string_view name);
const ChecksumKind* FindChecksumHeader(std::string_view header);
/// What a request for an algorithm that S3 does not have is told.
std::string UnsupportedAlgorithm();

/// Computes a checksum over bytes as they come.
class ChecksumHasher {
 public:
  explicit ChecksumHasher(const ChecksumKind& kind);
  void update(Octets bytes);
  std::string finish();  ///< the raw digest, big-endian
  const ChecksumKind& kind() const { return *kind_; }

 private:
  const ChecksumKind* kind_;
  std::variant<std::uint64_t, sigv4::Md5, sigv4::Sha1, sigv4::Sha256, sigv4::Sha512, XxHash> state_;
};

/// The checksum of two runs of bytes one after the other; only for linear kinds.
std::string CombineChecksums(const ChecksumKind& kind, std::string_view first, std::string_view second,
                             std::uint64_t second_size);

/// The value as S3 shows it: base64, with `-parts` if it is composite.
std::string ShowChecksum(std::string_view raw, std::size_t composite_parts = 0);

}  // namespace keymill::s3
