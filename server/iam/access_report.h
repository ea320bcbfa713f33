#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "server/aws/form.h"
#include "server/iam/fields.h"

/// How a report on the use of services (GenerateServiceLastAccessedDetails) is stored: as attributes of its item, named
/// by the service's namespace and a column.
namespace keymill::iam {

/// The services whose use is recorded.
struct ReportedService {
  std::string_view name;
  std::string_view ns;
};
inline constexpr ReportedService kReportedServices[] = {
    {"AWS Identity and Access Management", "iam"},
    {"Amazon S3", "s3"},
    {"AWS Security Token Service", "sts"},
};

inline constexpr std::string_view kGrantedColumn = "Granted";
/// One for each user and role that may use the service: when it did, in milliseconds or 0, a space and its id. The
/// latest first.
inline constexpr std::string_view kUseColumn = "Use";

inline std::string ReportColumn(std::string_view ns, std::string_view column) {
  return std::string(ns).append(".").append(column);
}

/// [\w-]*
inline bool IsNamespace(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char32_t c) { return c == U'-' || IsWord(std::u32string_view(&c, 1)); });
}
inline constexpr aws::StringRule kNamespaceRule{.min = 1, .max = 64, .matches = &IsNamespace, .pattern = R"([\w-]*)"};
inline constexpr aws::StringField kJobId{"JobId", {.min = 36, .max = 36}};

}  // namespace keymill::iam
