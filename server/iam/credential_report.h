#pragma once

#include <span>
#include <string>
#include <vector>

#include "server/http/response.h"
#include "server/pipeline/identities.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/principals.h"

/// The credential report: a CSV table of everybody's passwords, keys, devices and certificates.
namespace keymill::iam {

Task<Result<http::Response>> GenerateCredentialReport(pipeline::Call& call);
Task<Result<http::Response>> GetCredentialReport(pipeline::Call& call);

inline constexpr store::Millis kReportTakes = 1000;                  ///< milliseconds until a report is there
inline constexpr store::Millis kReportLasts = 4LL * 60 * 60 * 1000;  ///< afterwards a new one may be made

/// The whole table, root first (aws-facts B5).
std::string CredentialReport(const store::Reader& reader, const std::string& account,
                             const pipeline::Identities& identities);

/// Header line and rows: fields with a comma, a quote or a line break are quoted (RFC 4180); lines end in \n.
std::string Csv(std::string_view header, std::span<const std::vector<std::string>> rows);

}  // namespace keymill::iam
