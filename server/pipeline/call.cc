#include "server/pipeline/call.h"

#include "sigv4/encoding.h"

namespace keymill::pipeline {

std::optional<std::string_view> Call::header(std::string_view name) const {
  if (auto sent = request_.header(name)) return sent;
  if (!presigned_) return std::nullopt;
  bool hoistable =
      (name.starts_with("x-amz-") && !name.starts_with("x-amz-checksum-") && name != "x-amz-sdk-checksum-algorithm") ||
      name == "if-match" || name == "if-none-match";
  if (!hoistable) return std::nullopt;
  for (const auto& [key, value] : route_.params.all()) {
    if (sigv4::equals_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace keymill::pipeline
