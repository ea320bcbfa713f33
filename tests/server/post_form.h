#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/server/refusal_matrix.h"

namespace keymill::test {

/// A form for a POST upload to matrix-bucket, right unless a test changes it.
struct PostedForm {
  explicit PostedForm(const World& w) : world(w), credentials(w.credentials), signing(w.signing()) {}

  /// The fields that are signed with, or the policy's text, in order.
  std::string policy() const;
  std::string body() const;
  Wire wire() const;

  const World& world;
  sigv4::Credentials credentials;
  sigv4::Signing signing;
  enum class By { kV4, kV2, kNobody } by = By::kV4;
  std::string key = "k";
  std::string expiration = "2099-01-01T00:00:00Z";
  /// Beside those on bucket, key and version 4's fields.
  std::vector<std::string> conditions{};
  std::string whole_policy{};                                 ///< in place of all that
  std::vector<std::pair<std::string, std::string>> fields{};  ///< before the policy
  std::map<std::string, std::string> changed{};               ///< fields that are signed with, by name
  std::set<std::string> dropped{};
  std::vector<std::pair<std::string, std::string>> late{};  ///< fields behind the file
  std::string file = "content", file_part = "name=\"file\"; filename=\"f.txt\"";
  std::string bucket = "matrix-bucket", boundary = "----form";
};

}  // namespace keymill::test
