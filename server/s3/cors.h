#pragma once

#include <vector>

#include "server/aws/fields.h"
#include "server/pipeline/bucket_state.h"
#include "server/result.h"

namespace keymill::s3 {

using pipeline::CorsRule;
struct CorsConfiguration {
  std::vector<CorsRule> rules;
};

/// What PutBucketCors refuses: more than 100 rules, other methods, more than one `*` in a pattern.
Result<> CheckCors(CorsConfiguration& configuration);

}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::CorsRule> =
    std::tuple{Field{"ID", &s3::CorsRule::id},
               Field{"AllowedHeader", &s3::CorsRule::allowed_headers},
               Field{"AllowedMethod", &s3::CorsRule::allowed_methods, kRequired},
               Field{"AllowedOrigin", &s3::CorsRule::allowed_origins, kRequired},
               Field{"ExposeHeader", &s3::CorsRule::expose_headers},
               Field{"MaxAgeSeconds", &s3::CorsRule::max_age_seconds}};
template <>
inline constexpr auto kFields<s3::CorsConfiguration> =
    std::tuple{Field{"CORSRule", &s3::CorsConfiguration::rules, kRequired}};

}  // namespace keymill::aws
