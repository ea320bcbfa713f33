#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/http/response.h"
#include "server/result.h"
#include "server/task.h"

namespace keymill::pipeline {

class Call;

/// kControl is Keymill's own API below /_keymill/v1, signed like any AWS service under the scope `keymill`.
enum class Service : std::uint8_t { kS3, kIam, kSts, kControl };
/// What an S3 target names.
enum class Target : std::uint8_t { kService, kBucket, kObject };

using Handler = Task<Result<http::Response>> (*)(Call&);

/// One AWS operation as a row. S3 rows match by method, target, query names and a header; the first row whose
/// conditions all hold wins, so rows with more conditions stand first (a static_assert checks it). IAM and STS rows
/// match by name, the value of Action.
struct Operation {
  std::string_view name;
  std::string_view action;           ///< what a policy grants, for example "s3:GetObject"; empty = needs no permission
  Handler handler = nullptr;         ///< nullptr = answered 501 NotImplemented with its name
  std::string_view method = {};      ///< S3 and control
  Target target = Target::kService;  ///< S3 only
  std::string_view query = {};      ///< S3 only: query names that must all be present, joined by '&'; "name=value" also
  std::string_view header = {};     ///< S3 only: a header that must be present
  std::string_view path = {};       ///< control only: below /_keymill/v1; a segment `{name}` becomes a parameter
  bool needs_no_signature = false;  ///< not S3: for callers without credentials, who prove themselves otherwise; of the
                                    ///< control API, for everybody

  /// The operations whose body may come in aws-chunked form.
  constexpr bool streams() const { return name == "PutObject" || name == "UploadPart"; }
  /// The operation that is a form: its fields stand for headers and carry the signature.
  constexpr bool is_form() const { return name == "PostObject"; }
};

/// True if every `name` or `name=value` of `earlier` is demanded by `later` too.
constexpr bool QueryIncludes(std::string_view later, std::string_view earlier) {
  const auto demanded = [later](std::string_view condition) {
    std::string_view rest = later;
    for (;;) {
      const auto end = rest.find('&');
      const std::string_view mine = rest.substr(0, end);
      if (mine == condition || mine.substr(0, mine.find('=')) == condition) return true;
      if (end == std::string_view::npos) return false;
      rest.remove_prefix(end + 1);
    }
  };
  while (!earlier.empty()) {
    const auto end = earlier.find('&');
    if (!demanded(earlier.substr(0, end))) return false;
    earlier.remove_prefix(end == std::string_view::npos ? earlier.size() : end + 1);
  }
  return true;
}

/// True if every request that `later` matches is matched by `earlier` too: then `later` could never run.
constexpr bool Shadows(const Operation& earlier, const Operation& later) {
  if (earlier.method.empty() || later.method.empty()) return earlier.name == later.name;  // IAM and STS
  if (!later.path.empty()) return earlier.method == later.method && earlier.path == later.path;
  return earlier.target == later.target && earlier.method == later.method &&
         (earlier.header.empty() || earlier.header == later.header) && QueryIncludes(later.query, earlier.query);
}

/// True if each row can run. For a static_assert beside each table.
constexpr bool AllReachable(std::span<const Operation> rows) {
  for (std::size_t later = 1; later < rows.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (Shadows(rows[earlier], rows[later])) return false;
    }
  }
  return true;
}

}  // namespace keymill::pipeline
