#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keymill::aws {

// Times are milliseconds since the Unix epoch, UTC.

std::string IsoSeconds(std::int64_t millis);  ///< 2025-01-31T08:09:10Z      (IAM, STS)
std::string IsoMillis(std::int64_t millis);   ///< 2025-01-31T08:09:10.000Z  (S3 documents; S3 keeps whole seconds)
std::string IsoBasic(std::int64_t millis);    ///< 20250131T080910Z          (x-amz-date)
std::string HttpDate(std::int64_t millis);    ///< Fri, 31 Jan 2025 08:09:10 GMT
/// RFC 1123, RFC 850 or asctime date, as HTTP allows in conditions; nullopt if none of them.
std::optional<std::int64_t> ParseHttpDate(std::string_view text);
/// ISO 8601 with or without fraction, 'Z' or an offset; nullopt if malformed.
std::optional<std::int64_t> ParseIso(std::string_view text);

}  // namespace keymill::aws
