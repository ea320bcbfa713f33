#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// The three CRCs of S3's checksums, all reflected, with all ones as initial and final value. Carry-less multiplication
/// (PCLMULQDQ) and the crc32 instruction are used where the processor has them, else tables that take eight octets at
/// a time. boto3 and the other SDKs send CRC32 with every object, so this runs over every byte stored.
namespace keymill::s3 {

using Octets = std::span<const std::byte>;

/// Each continues `crc`, the value for the bytes before (0 for none), with more bytes.
std::uint32_t Crc32(std::uint32_t crc, Octets bytes);
std::uint32_t Crc32c(std::uint32_t crc, Octets bytes);
std::uint64_t Crc64Nvme(std::uint64_t crc, Octets bytes);

/// The CRC of two runs of bytes one after the other, from the CRC of each and the length of the second, in time
/// proportional to the logarithm of the length: how a multipart upload gets its whole checksum from its parts'.
std::uint32_t CombineCrc32(std::uint32_t first, std::uint32_t second, std::uint64_t second_size);
std::uint32_t CombineCrc32c(std::uint32_t first, std::uint32_t second, std::uint64_t second_size);
std::uint64_t CombineCrc64Nvme(std::uint64_t first, std::uint64_t second, std::uint64_t second_size);

}  // namespace keymill::s3
