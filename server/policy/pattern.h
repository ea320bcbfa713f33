#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keymill::policy {

class Context;

/// Text of a policy to compare request data with: literal characters, the wildcards `*` and `?`, and variables such as
/// ${aws:username}. What a variable stands for is literal: a user called `*` matches only itself.
class Pattern {
 public:
  struct Syntax {
    bool wildcards = true;
    bool variables = false;    ///< only policies of Version 2012-10-17 have them
    bool ignore_case = false;  ///< ASCII; the text matched is folded too
  };

  Pattern(std::string_view text, Syntax syntax);

  /// False, too, if a variable has no value in `context`.
  bool matches(std::string_view text, const Context& context) const;
  bool matches_everything() const { return shape_ == Shape::kAny; }
  /// True unless no text that begins with `prefix` can match: what stands before the first wildcard decides.
  bool may_match_prefix(std::string_view prefix) const;
  /// True if the variables that it holds, if any, have values.
  bool resolvable(const Context& context) const;
  /// True if it has neither wildcards nor variables.
  bool fixed() const { return shape_ == Shape::kExact && variables_.empty(); }

  /// The names of its variables in lower case.
  std::vector<std::string> variables() const;

 private:
  enum class Shape : std::uint8_t { kAny, kExact, kPrefix, kGlob };
  struct Variable {
    std::size_t at;                       ///< in units_, where its value goes
    std::string name;                     ///< lower case
    std::optional<std::string> fallback;  ///< ${name, 'fallback'}
  };
  // Octets are themselves; values above 255 are wildcards.
  using Units = std::vector<std::uint16_t>;
  static constexpr std::uint16_t kOne = 256;
  static constexpr std::uint16_t kMany = 257;

  static bool glob(const Units& pattern, std::string_view text);
  bool expand(const Context& context, Units& out) const;
  void add_variable(std::string_view body);

  Shape shape_ = Shape::kGlob;
  bool ignore_case_;
  std::string literal_;  ///< what stands before the first wildcard or variable
  Units units_;
  std::vector<Variable> variables_;
};

/// An ARN split at its first five colons.
struct ArnParts {
  std::string_view part[6];
  /// nullopt if the text has fewer than five colons.
  static std::optional<ArnParts> Split(std::string_view arn);
};

/// A pattern for ARNs. Each of the six parts is compared on its own, so a wildcard reaches across slashes and colons of
/// the resource part but never from one part into the next. Variables count in the last part only.
class ArnPattern {
 public:
  ArnPattern(std::string_view text, bool variables);
  bool matches(std::string_view arn, const std::optional<ArnParts>& parts, const Context& context) const;
  bool resolvable(const Context& context) const { return resource_.resolvable(context); }
  std::vector<std::string> variables() const { return resource_.variables(); }
  bool fixed() const { return !everything_ && !malformed_ && parts_.empty() && resource_.fixed(); }

 private:
  bool everything_ = false;     ///< "*"
  bool malformed_ = false;      ///< not an ARN: matches nothing
  std::string fixed_;           ///< the first five parts with their colons, if they hold no wildcard
  std::vector<Pattern> parts_;  ///< else these five
  Pattern resource_;
};

/// ASCII lower case.
std::string Fold(std::string_view text);

}  // namespace keymill::policy
