#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace keymill::pipeline {

struct Permissions;

/// Who a request comes from, once its signature has been verified; or nobody in particular.
struct Identity {
  enum class Kind : std::uint8_t { kAnonymous, kRoot, kUser };

  Kind kind = Kind::kAnonymous;
  std::string account;        ///< 12 digits; empty for anonymous
  std::string arn;            ///< arn:aws:iam::ACCOUNT:root or arn:aws:iam::ACCOUNT:user/PATH/NAME
  std::string user_id;        ///< AIDA…; the account id for root
  std::string user_name;      ///< empty for root
  std::string access_key_id;  ///< that signed the request

  std::shared_ptr<const Permissions> permissions;  ///< of a user that has or had policies, else nullptr

  bool anonymous() const { return kind == Kind::kAnonymous; }
};

}  // namespace keymill::pipeline
