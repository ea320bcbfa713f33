#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keymill::policy {

/// Who asks, as Principal elements name it.
struct Principal {
  enum class Kind : std::uint8_t { kAnonymous, kRoot, kUser, kAssumedRole, kFederatedUser, kService, kFederated };

  Kind kind = Kind::kAnonymous;
  std::string account;       ///< 12 digits; empty for anonymous, services and web identities
  std::string arn;           ///< of the root, the user or the session; a service's or provider's name
  std::string role_arn;      ///< of an assumed role's session
  std::string entity_id;     ///< unique id of the user or role behind it: AIDA…, AROA…
  std::string canonical_id;  ///< S3's id of the account
};

/// How closely a Principal element names somebody. What a resource policy grants depends on it (aws-facts D1, step 3).
enum class Naming : std::uint8_t {
  kNot,
  kAccount,  ///< its account as a whole: a delegation, which the account's own policies must confirm
  kRole,     ///< the role, or the federating user, behind the session: still limited by boundary and session policy
  kSelf,     ///< the user, the session, or everybody
};

/// The value of a Principal or NotPrincipal element.
class PrincipalSet {
 public:
  enum class Type : std::uint8_t { kEverybody, kAws, kService, kFederated, kCanonicalUser };

  /// `text` of type kAws: "*", an account id, an ARN, or the unique id of a deleted entity. False if it is none of
  /// them.
  bool add(Type type, std::string_view text);
  /// The closest naming of `principal` in this set.
  Naming names(const Principal& principal) const;
  bool names_everybody() const;
  /// From now on the user or role of this ARN is the one with this unique id: another of the same name is a stranger,
  /// and the one that is meant may be renamed.
  void bind(std::string_view arn, std::string_view unique_id);
  struct Entry {
    Type type;
    std::string text;
    std::string unique_id = {};  ///< of the user or role that the ARN meant when the policy was stored
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  static Naming naming(const Entry& entry, const Principal& principal);

  std::vector<Entry> entries_;
};

}  // namespace keymill::policy
