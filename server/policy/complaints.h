#pragma once

#include <string>
#include <string_view>

#include "server/policy/document.h"

/// AWS's sentences about malformed policies. The same mistake has another text in each kind of policy (aws-facts D5).
namespace keymill::policy {

struct Complaint {
  std::string_view identity;
  std::string_view trust;
  std::string_view resource;

  constexpr std::string_view text(Kind kind) const {
    return kind == Kind::kIdentity ? identity : kind == Kind::kTrust ? trust : resource;
  }
};

inline constexpr std::string_view kSyntaxErrors = "Syntax errors in policy.";

inline constexpr Complaint kNotJson{kSyntaxErrors, "This policy contains invalid Json",
                                    "Policies must be valid JSON and the first byte must be '{'"};
inline constexpr Complaint kSyntax{kSyntaxErrors, kSyntaxErrors, "This policy contains invalid Json"};
inline constexpr Complaint kUnknownField{kSyntaxErrors, "Unknown field ", "Unknown field "};
inline constexpr Complaint kVersion{"Policy document must be version 2012-10-17 or greater.",
                                    "The policy must contain a valid version string",
                                    "The policy must contain a valid version string"};
inline constexpr Complaint kNoStatement{kSyntaxErrors, "Missing required field Statement",
                                        "Missing required field Statement"};
inline constexpr Complaint kNoEffect{kSyntaxErrors, "Missing required field Effect", "Missing required field Effect"};
inline constexpr Complaint kBadEffect{kSyntaxErrors, "Invalid effect: ", "Invalid effect: "};
inline constexpr Complaint kNoAction{"Policy statement must contain actions.", "Missing required field Action",
                                     "Missing required field Action"};
inline constexpr Complaint kNoResource{"Policy statement must contain resources.", "",
                                       "Missing required field Resource"};
inline constexpr Complaint kNoPrincipal{"", "Missing required field Principal", "Missing required field Principal"};
inline constexpr Complaint kRepeatedSid{"Statement IDs (SID) in a single policy must be unique.",
                                        "The Statement Ids in the policy are not unique",
                                        "The Statement Ids in the policy are not unique"};
inline constexpr Complaint kBadCondition{kSyntaxErrors, "Invalid Condition type : ", "Invalid Condition type : "};

}  // namespace keymill::policy
