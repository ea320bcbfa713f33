#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/aws/form.h"
#include "server/http/response.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/items.h"

/// What an account demands of its users' passwords.
namespace keymill::iam {

Task<Result<http::Response>> GetAccountPasswordPolicy(pipeline::Call& call);
Task<Result<http::Response>> UpdateAccountPasswordPolicy(pipeline::Call& call);
Task<Result<http::Response>> DeleteAccountPasswordPolicy(pipeline::Call& call);

/// UpdateAccountPasswordPolicy's input: what it does not mention is at its default. The item's attributes have
/// the names of the parameters: numbers, and "true" for flags that are set.
Result<store::Item> ReadPasswordPolicy(const aws::Form::Pairs& form, std::string_view account, store::Millis now);

struct PasswordPolicy {
  std::int64_t minimum_length = 6;  ///< what a policy demands that does not say
  bool symbols = false;
  bool numbers = false;
  bool uppercase = false;
  bool lowercase = false;
  bool users_may_change = false;
  std::int64_t max_age = 0;           ///< days; 0 = passwords do not expire
  std::int64_t reuse_prevention = 0;  ///< how many former passwords must not come back
  bool hard_expiry = false;
};

/// nullopt if the account has none.
std::optional<PasswordPolicy> FindPasswordPolicy(const store::Reader& reader, std::string_view account);

/// Why a password does not do, or nullopt. Without a policy AWS's own rules hold: 8 characters of three kinds.
std::optional<std::string> PasswordComplaint(const std::optional<PasswordPolicy>& policy, std::string_view password);

}  // namespace keymill::iam
