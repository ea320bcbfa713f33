#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::sigv4 {

/// A JSON value, as small as a policy needs. The server fills it from its JSON reader, so that this library has none.
struct PolicyValue {
  enum class Kind : std::uint8_t { String, Number, List, Object, Other };
  Kind kind = Kind::Other;
  std::string text{};                                          ///< of a string, unescaped; of a number, as written
  std::vector<PolicyValue> items{};                            ///< of a list
  std::vector<std::pair<std::string, PolicyValue>> members{};  ///< of an object, in order, duplicates kept

  static PolicyValue string(std::string text) { return {Kind::String, std::move(text), {}, {}}; }
};

enum class PolicyFault : std::uint8_t {
  None,
  Invalid,  ///< not a policy; detail: what stands after "Invalid Policy: "
  Expired,
  ConditionFailed,  ///< detail: the condition printed as `["eq", "$key", "x"]`
  ExtraFields,      ///< detail: the names that no condition covers, joined with ", "
  TooLarge,         ///< proposed, limit: octets of the file
  TooSmall,
};

struct PolicyVerdict {
  PolicyFault fault = PolicyFault::None;
  std::string detail{};
  std::uint64_t proposed = 0;
  std::uint64_t limit = 0;

  explicit operator bool() const { return fault != PolicyFault::None; }  ///< true when refused, as Failure
};

struct FormField {
  std::string_view name, value;
};

/// The policy of a POST upload: until when, and which fields and file sizes it allows. Checked in S3's order: signature
/// (see Verifier::examine_post), syntax, expiration, conditions in the policy's order, extra fields, then the file.
class PostPolicy {
 public:
  /// Reads a policy. Member names are case-sensitive, and an empty list of conditions is refused.
  static PolicyVerdict parse(const PolicyValue& root, PostPolicy& out);

  /// `fields` are those before the file, `key` with its `${filename}` replaced. `bucket` is where the form was posted,
  /// and answers conditions on "bucket". `now` in unix seconds.
  PolicyVerdict check(std::span<const FormField> fields, std::string_view bucket, std::int64_t now) const;

  /// The file's size against content-length-range, if there is one. Call it also while a file arrives, to stop early:
  /// only TooLarge means anything then.
  PolicyVerdict check_length(std::uint64_t size) const;

  std::int64_t expiration() const { return expiration_; }

 private:
  enum class Operation : std::uint8_t { Equals, StartsWith, LengthRange };
  struct Condition {
    Operation operation;
    std::string first, second;  ///< `$name` and value, or least and most
  };

  static std::string print(const Condition& condition);
  static PolicyVerdict parse_condition(const PolicyValue& value, Condition& out);
  static PolicyVerdict parse_test(const PolicyValue& list, Condition& out);
  bool holds(const Condition& condition, std::span<const FormField> fields, std::string_view bucket) const;

  std::int64_t expiration_ = 0;
  std::vector<Condition> conditions_;
};

}  // namespace keymill::sigv4
