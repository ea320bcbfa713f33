#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/aws/error.h"

namespace keymill::aws {

inline constexpr ErrorKind ValidationError{"ValidationError", 400, ""};
inline constexpr ErrorKind MissingParameter{"MissingParameter", 400, ""};
/// AWS writes no Message element for a number or a boolean that cannot be read.
inline constexpr ErrorKind MalformedInput{"MalformedInput", 400, ""};

/// Query services alike; the text says what for.
inline constexpr ErrorKind MalformedPolicyDocument{"MalformedPolicyDocument", 400, ""};

/// What the service model says about a string parameter. Lengths count Unicode code points, as AWS does.
struct StringRule {
  std::size_t min = 0;
  std::size_t max = std::numeric_limits<std::size_t>::max();
  bool (*matches)(std::u32string_view) = nullptr;  ///< the model's regular expression; nullptr = anything
  std::string_view pattern = {};                   ///< that expression as AWS prints it
  std::string_view complaint = {};                 ///< instead of the pattern clause: how the service itself puts it
  std::span<const std::string_view> values = {};   ///< an enumeration
};

/// One parameter of the Query protocol: its name on the wire and its rule.
struct StringField {
  std::string_view name;
  StringRule rule;
};
struct IntegerField {
  std::string_view name;
  std::int64_t min = std::numeric_limits<std::int32_t>::min();
  std::int64_t max = std::numeric_limits<std::int32_t>::max();
};
struct ListField {
  std::string_view name;
  std::size_t max = std::numeric_limits<std::size_t>::max();
};

/// Reads the parameters of one Query request (IAM, STS) and collects what is wrong with them: AWS names all violated
/// constraints in one ValidationError. Read everything, then ask refusal(). Views of the pairs, which must outlive it.
class Form {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  /// IAM leaves the rejected value out of its messages and calls a lacking parameter a MissingParameter; STS prints
  /// the value, or null.
  enum class Style { kIam, kSts };

  Form(const Pairs& pairs, Style style) : pairs_(pairs), style_(style) {}

  std::optional<std::string> optional(const StringField& field);
  /// "" if the parameter is missing; refusal() tells.
  std::string required(const StringField& field);
  std::optional<std::int64_t> integer(const IntegerField& field);
  std::optional<bool> boolean(std::string_view name);

  /// `Name.member.1`, `Name.member.2`, … in the order of their numbers. With min_items 1 the list must be there.
  std::vector<std::string> strings(const ListField& list, const StringRule& item, std::size_t min_items = 0);
  /// `Name.member.N.Field`: a list of structures with one member.
  std::vector<std::string> strings(const ListField& list, const StringField& member);
  /// `Name.member.N.Key` and `Name.member.N.Value`: tags.
  std::vector<std::pair<std::string, std::string>> pairs(const ListField& list, const StringField& first,
                                                         const StringField& second, std::size_t min_items = 0);

  /// For a rule that only the service knows: a ValidationError with this text, after the model's own.
  void refuse(std::string sentence);
  /// The first malformed or missing parameter, or all violated constraints; nullopt if the request is well-formed.
  std::optional<Error> refusal() const;

 private:
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string> members(const ListField& list, std::size_t min_items);
  void check(std::string_view value, std::string_view place, const StringRule& rule);
  void violated(std::optional<std::string_view> value, std::string_view place, std::string_view constraint);
  void missing(std::string_view name, std::string_view place);

  const Pairs& pairs_;
  Style style_;
  std::optional<Error> malformed_;
  std::vector<std::string> violations_;
  std::optional<std::string> sentence_;
};

/// `userName` for `UserName`: how AWS names a parameter in its messages.
std::string MemberName(std::string_view parameter);
/// UTF-8 to code points; malformed sequences become U+FFFD, one per octet.
std::u32string CodePoints(std::string_view utf8);

}  // namespace keymill::aws
