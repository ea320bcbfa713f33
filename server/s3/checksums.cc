#include "server/s3/checksums.h"

#include <type_traits>

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

std::string UnsupportedAlgorithm() {
  std::string text = "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [";
  for (const ChecksumKind* kind : kChecksumKinds) text.append(kind == kChecksumKinds[0] ? "" : ", ").append(kind->name);
  return text += "]";
}

ChecksumHasher::ChecksumHasher(const ChecksumKind& kind) : kind_(&kind) {
  if (kind_ == &kMd5)
    state_.emplace<sigv4::Md5>();
  else if (kind_ == &kSha1)
    state_.emplace<sigv4::Sha1>();
  else if (kind_ == &kSha256)
    state_.emplace<sigv4::Sha256>();
  else if (kind_ == &kSha512)
    state_.emplace<sigv4::Sha512>();
  else if (kind_ == &kXxHash64)
    state_.emplace<XxHash>(XxHash::Variant::kXxh64);
  else if (kind_ == &kXxHash3)
    state_.emplace<XxHash>(XxHash::Variant::kXxh3);
  else if (kind_ == &kXxHash128)
    state_.emplace<XxHash>(XxHash::Variant::kXxh128);
}

void ChecksumHasher::update(Octets bytes) {
  std::visit(
      [&](auto& state) {
        using State = std::decay_t<decltype(state)>;
        if constexpr (std::is_same_v<State, XxHash>)
          state.update(bytes);
        else if constexpr (!std::is_same_v<State, std::uint64_t>)
          state.update({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        else if (kind_ == &kCrc32)
          state = Crc32(static_cast<std::uint32_t>(state), bytes);
        else if (kind_ == &kCrc32c)
          state = Crc32c(static_cast<std::uint32_t>(state), bytes);
        else
          state = Crc64Nvme(state, bytes);
      },
      state_);
}

std::string ChecksumHasher::finish() {
  return std::visit(
      [&](auto& state) -> std::string {
        using State = std::decay_t<decltype(state)>;
        if constexpr (std::is_same_v<State, std::uint64_t>)
          return BigEndian(state, kind_->size);
        else if constexpr (std::is_same_v<State, XxHash>)
          return state.finish();
        else
          return Raw(state.finish());
      },
      state_);
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
