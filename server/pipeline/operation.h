#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/http/response.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::store {
class Reader;
}

namespace keymill::pipeline {

class Call;
class Params;
struct Identity;

enum class Service : std::uint8_t { kS3, kIam, kSts };
/// What an S3 target names.
enum class Target : std::uint8_t { kService, kBucket, kObject };

using Handler = Task<Result<http::Response>> (*)(Call&);

/// The ARN that authorisation asks about, for IAM and STS operations (S3's follows from bucket and key). It may read the
/// store: an existing user's ARN has that user's real path.
using ResourceOf = std::string (*)(const Params&, const Identity&, const store::Reader&);

/// One AWS operation as a row. S3 rows match by method, target, query names and a header; the first row whose
/// conditions all hold wins, so rows with more conditions stand first (a static_assert checks it). IAM and STS rows
/// match by name, the value of Action.
struct Operation {
  std::string_view name;
  std::string_view action;          ///< what a policy grants, for example "s3:GetObject"; empty = needs no permission
  Handler handler = nullptr;        ///< nullptr = answered 501 NotImplemented with its name
  std::string_view method = {};     ///< S3 only
  Target target = Target::kService; ///< S3 only
  std::string_view query = {};      ///< S3 only: query names that must all be present, joined by '&'; "name=value" also
  std::string_view header = {};     ///< S3 only: a header that must be present
  ResourceOf resource = nullptr;    ///< IAM and STS only; nullptr = "*"
};

/// True if every request that `later` matches is matched by `earlier` too: then `later` could never run.
constexpr bool Shadows(const Operation& earlier, const Operation& later);

}  // namespace keymill::pipeline
