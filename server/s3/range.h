#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace keymill::s3 {

/// Bytes [first, first + length) of an object.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

/// What a Range header asks for. S3 takes one range only: several, other units and malformed ones are as if absent.
struct RangeRequest {
  enum class Kind : std::uint8_t { kWhole, kPart, kUnsatisfiable };
  Kind kind = Kind::kWhole;
  ByteRange range;
};
RangeRequest ParseRange(std::string_view header, std::uint64_t size);

/// The strict `bytes=first-last` of x-amz-copy-source-range, both ends included; nullopt for any other form.
struct ClosedRange {
  std::uint64_t first, last;
};
std::optional<ClosedRange> ParseClosedRange(std::string_view header);

}  // namespace keymill::s3
