#include "server/s3/checksums.h"

#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

std::string BigEndian(std::uint64_t value, std::size_t size) {
  std::string raw(size, '\0');
  for (std::size_t i = size; i-- > 0; value >>= 8) raw[i] = static_cast<char>(value & 0xFF);
  return raw;
}

std::uint64_t FromBigEndian(std::string_view raw) {
  std::uint64_t value = 0;
  for (const char octet : raw) value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

template <class Digest>
std::string Raw(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

const ChecksumKind* FindChecksumKind(std::string_view name) {
  for (const ChecksumKind* kind : kChecksumKinds) {
    if (sigv4::equals_ignoring_case(kind->name, name)) return kind;
  }
  return nullptr;
}

const ChecksumKind* FindChecksumHeader(std::string_view header) {
  for (const ChecksumKind* kind : kChecksumKinds) {
    if (sigv4::equals_ignoring_case(kind->header, header)) return kind;
  }
  return nullptr;
}

ChecksumHasher::ChecksumHasher(const ChecksumKind& kind) : kind_(&kind) {
  if (kind_ == &kSha1)
    state_.emplace<sigv4::Sha1>();
  else if (kind_ == &kSha256)
    state_.emplace<sigv4::Sha256>();
}

void ChecksumHasher::update(Octets bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (auto* sha1 = std::get_if<sigv4::Sha1>(&state_)) return sha1->update(text);
  if (auto* sha256 = std::get_if<sigv4::Sha256>(&state_)) return sha256->update(text);
  std::uint64_t& crc = std::get<0>(state_);
  if (kind_ == &kCrc32)
    crc = Crc32(static_cast<std::uint32_t>(crc), bytes);
  else if (kind_ == &kCrc32c)
    crc = Crc32c(static_cast<std::uint32_t>(crc), bytes);
  else
    crc = Crc64Nvme(crc, bytes);
}

std::string ChecksumHasher::finish() {
  if (auto* sha1 = std::get_if<sigv4::Sha1>(&state_)) return Raw(sha1->finish());
  if (auto* sha256 = std::get_if<sigv4::Sha256>(&state_)) return Raw(sha256->finish());
  return BigEndian(std::get<0>(state_), kind_->size);
}

std::string CombineChecksums(const ChecksumKind& kind, std::string_view first, std::string_view second,
                             std::uint64_t second_size) {
  const std::uint64_t a = FromBigEndian(first), b = FromBigEndian(second);
  const auto a32 = static_cast<std::uint32_t>(a), b32 = static_cast<std::uint32_t>(b);
  if (&kind == &kCrc32) return BigEndian(CombineCrc32(a32, b32, second_size), kind.size);
  if (&kind == &kCrc32c) return BigEndian(CombineCrc32c(a32, b32, second_size), kind.size);
  return BigEndian(CombineCrc64Nvme(a, b, second_size), kind.size);
}

std::string ShowChecksum(std::string_view raw, std::size_t composite_parts) {
  std::string shown = sigv4::base64_encode(raw);
  if (composite_parts > 0) shown.append("-").append(std::to_string(composite_parts));
  return shown;
}

}  // namespace keymill::s3
