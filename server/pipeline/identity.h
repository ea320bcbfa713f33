#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace keymill::pipeline {

struct Permissions;
struct ActiveSession;

/// Who a request comes from, once its signature has been verified; or nobody in particular.
struct Identity {
  enum class Kind : std::uint8_t { kAnonymous, kRoot, kUser, kAssumedRole, kFederatedUser };

  Kind kind = Kind::kAnonymous;
  std::string account;        ///< 12 digits; empty for anonymous
  std::string arn;            ///< arn:aws:iam::ACCOUNT:root, arn:aws:iam::ACCOUNT:user/PATH/NAME,
                              ///< arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION or …:federated-user/NAME
  std::string user_id;        ///< AIDA…; the account id for root; AROA…:SESSION; ACCOUNT:NAME
  std::string user_name;      ///< of an IAM user, also in its own session; else empty
  std::string role_arn;       ///< of an assumed role: arn:aws:iam::ACCOUNT:role/PATH/NAME
  std::string access_key_id;  ///< that signed the request

  /// Of the role, or of the user behind the session; nullptr for root.
  std::shared_ptr<const Permissions> permissions;
  std::shared_ptr<const ActiveSession> session;  ///< nullptr if a long-term key signed

  bool anonymous() const { return kind == Kind::kAnonymous; }
};

}  // namespace keymill::pipeline
