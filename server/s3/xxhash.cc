#include "server/s3/xxhash.h"

// Compiled in: the server then needs no library at run time for three checksums that few clients send.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace keymill::s3 {

struct XxHash::State {
  Variant variant;
  XXH64_state_t xxh64;
  XXH3_state_t xxh3;  // of both sizes
};

XxHash::XxHash(Variant variant) : state_(std::make_unique_for_overwrite<State>()) {
  state_->variant = variant;
  XXH3_INITSTATE(&state_->xxh3);
  if (variant == Variant::kXxh64)
    XXH64_reset(&state_->xxh64, 0);
  else if (variant == Variant::kXxh3)
    XXH3_64bits_reset(&state_->xxh3);
  else
    XXH3_128bits_reset(&state_->xxh3);
}

XxHash::~XxHash() = default;
XxHash::XxHash(XxHash&&) noexcept = default;
XxHash& XxHash::operator=(XxHash&&) noexcept = default;

void XxHash::update(Octets bytes) {
  if (state_->variant == Variant::kXxh64)
    XXH64_update(&state_->xxh64, bytes.data(), bytes.size());
  else if (state_->variant == Variant::kXxh3)
    XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
  else
    XXH3_128bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

std::string XxHash::finish() const {
  if (state_->variant == Variant::kXxh128) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_->xxh3));
    return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
  }
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, state_->variant == Variant::kXxh64 ? XXH64_digest(&state_->xxh64)
                                                                         : XXH3_64bits_digest(&state_->xxh3));
  return {reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest};
}

}  // namespace keymill::s3
