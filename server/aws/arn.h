#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keymill::aws {

/// The six parts of an ARN, as views of the text it was parsed from.
struct Arn {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;  ///< everything after the fifth colon

  /// nullopt unless the text is `arn:` and five more parts, the first two and the last not empty.
  static std::optional<Arn> Parse(std::string_view text);
  /// What follows the last '/' of the resource: the name of an IAM user, group, role or policy.
  std::string_view name() const;
};

/// arn:aws:iam::ACCOUNT:root
std::string RootArn(std::string_view account);
/// arn:aws:iam::ACCOUNT:KIND/path/name, where `path` begins and ends with '/' and KIND is user, role, group, policy, …
std::string IamArn(std::string_view account, std::string_view kind, std::string_view path, std::string_view name);
/// arn:aws:sts::ACCOUNT:KIND/REST, for example assumed-role/ROLE/SESSION or federated-user/NAME
std::string StsArn(std::string_view account, std::string_view kind, std::string_view rest);

}  // namespace keymill::aws
