#pragma once

#include <array>
#include <string_view>

namespace keymill::s3 {

/// AWS's regions in the commercial partition, for LocationConstraint and for filters.
inline constexpr std::array<std::string_view, 33> kRegions = {
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-7", "ca-central-1",   "ca-west-1",      "eu-central-1",   "eu-central-2",
    "eu-north-1",     "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",
    "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",   "sa-east-1",      "us-east-1",
    "us-east-2",      "us-west-1",      "us-west-2"};

constexpr bool IsRegion(std::string_view name) {
  for (const std::string_view region : kRegions) {
    if (region == name) return true;
  }
  return false;
}

}  // namespace keymill::s3
