#include "server/s3/checksums.h"

#include <gtest/gtest.h>

#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

Octets Bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string Checksum(const ChecksumKind& kind, std::string_view text) {
  ChecksumHasher hasher(kind);
  hasher.update(Bytes(text));
  return ShowChecksum(hasher.finish());
}

std::string Pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

TEST(Crc, HasTheCataloguedCheckValues) {
  EXPECT_EQ(Crc32(0, Bytes("123456789")), 0xCBF43926u);
  EXPECT_EQ(Crc32c(0, Bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(Crc64Nvme(0, Bytes("123456789")), 0xAE8B14860A799888u);
}

TEST(Crc, IsTheSameInOnePieceAndOctetByOctet) {
  // Lengths on both sides of what the vector code takes; single octets go through the tables.
  for (const std::size_t size :
       {0u, 1u, 7u, 8u, 15u, 63u, 64u, 65u, 79u, 80u, 127u, 128u, 255u, 256u, 257u, 1000u, 4096u, 65537u}) {
    const std::string text = Pattern(size);
    std::uint32_t crc32 = 0, crc32c = 0;
    std::uint64_t crc64 = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const Octets one = Bytes(text).subspan(i, 1);
      crc32 = Crc32(crc32, one);
      crc32c = Crc32c(crc32c, one);
      crc64 = Crc64Nvme(crc64, one);
    }
    EXPECT_EQ(Crc32(0, Bytes(text)), crc32) << size;
    EXPECT_EQ(Crc32c(0, Bytes(text)), crc32c) << size;
    EXPECT_EQ(Crc64Nvme(0, Bytes(text)), crc64) << size;
  }
}

TEST(Crc, OfTwoRunsFollowsFromTheirCrcs) {
  const std::string text = Pattern(100000);
  for (const std::size_t cut : {0u, 1u, 64u, 5000u, 99999u, 100000u}) {
    const Octets first = Bytes(text).first(cut), second = Bytes(text).subspan(cut);
    EXPECT_EQ(CombineCrc32(Crc32(0, first), Crc32(0, second), second.size()), Crc32(0, Bytes(text)));
    EXPECT_EQ(CombineCrc32c(Crc32c(0, first), Crc32c(0, second), second.size()), Crc32c(0, Bytes(text)));
    EXPECT_EQ(CombineCrc64Nvme(Crc64Nvme(0, first), Crc64Nvme(0, second), second.size()), Crc64Nvme(0, Bytes(text)));
  }
}

TEST(Checksum, IsShownAsBase64OfTheBigEndianDigest) {
  EXPECT_EQ(Checksum(kCrc64Nvme, ""), "AAAAAAAAAAA=");
  EXPECT_EQ(Checksum(kCrc64Nvme, "123456"), "CVmbZh4IWzA=");
  EXPECT_EQ(Checksum(kCrc64Nvme, "test"), "+bu+zv66sUM=");
  EXPECT_EQ(Checksum(kCrc32, "hello"), "NhCmhg==");
  EXPECT_EQ(Checksum(kSha1, ""), "2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
  EXPECT_EQ(Checksum(kSha256, ""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(Checksum, KnowsTheDigestsThatAreNoCrc) {
  EXPECT_EQ(Checksum(kMd5, "hello"), "XUFAKrxLKna5cZ2REBfFkg==");
  EXPECT_EQ(Checksum(kSha512, ""),
            "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==");
  EXPECT_EQ(Checksum(kSha512, "hello"),
            "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==");
}

TEST(Checksum, IsXxHashWithoutSeedInCanonicalForm) {
  const auto hex = [](const ChecksumKind& kind, std::string_view text) {
    ChecksumHasher hasher(kind);
    hasher.update(Bytes(text));
    const std::string raw = hasher.finish();
    return sigv4::hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
  };
  EXPECT_EQ(hex(kXxHash64, ""), "ef46db3751d8e999");
  EXPECT_EQ(hex(kXxHash64, "abc"), "44bc2cf5ad770999");
  EXPECT_EQ(hex(kXxHash3, ""), "2d06800538d394c2");
  EXPECT_EQ(hex(kXxHash3, "abc"), "78af5f94892f3950");
  EXPECT_EQ(hex(kXxHash128, ""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hex(kXxHash128, "abc"), "06b05ab6733a618578af5f94892f3950");
}

TEST(Checksum, IsTheSameInPiecesOfAnySize) {
  const std::string text = Pattern(5000);
  for (const ChecksumKind* kind : kChecksumKinds) {
    ChecksumHasher pieces(*kind);
    for (std::size_t at = 0, size = 1; at < text.size(); at += size, size = size * 3 % 701 + 1) {
      size = std::min(size, text.size() - at);
      pieces.update(Bytes(text).subspan(at, size));
    }
    const std::string raw = pieces.finish();
    EXPECT_EQ(raw.size(), kind->size) << kind->name;
    EXPECT_EQ(ShowChecksum(raw), Checksum(*kind, text)) << kind->name;
  }
}

TEST(Checksum, ShowsTheNumberOfPartsWhenComposite) {
  EXPECT_EQ(ShowChecksum("abc", 2), "YWJj-2");
}

TEST(Checksum, CombinesAsRawDigests) {
  ChecksumHasher first(kCrc64Nvme), second(kCrc64Nvme), whole(kCrc64Nvme);
  first.update(Bytes("hello "));
  second.update(Bytes("world"));
  whole.update(Bytes("hello world"));
  EXPECT_EQ(CombineChecksums(kCrc64Nvme, first.finish(), second.finish(), 5), whole.finish());
}

TEST(ChecksumKind, IsFoundByNameAndByHeaderInEitherCase) {
  EXPECT_EQ(FindChecksumKind("crc32c"), &kCrc32c);
  EXPECT_EQ(FindChecksumHeader("X-Amz-Checksum-SHA256"), &kSha256);
  EXPECT_EQ(FindChecksumKind("CRC16"), nullptr);
  EXPECT_EQ(FindChecksumHeader("x-amz-checksum-type"), nullptr);
}

}  // namespace
}  // namespace keymill::s3
