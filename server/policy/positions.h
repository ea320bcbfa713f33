#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace keymill::policy {

/// A place in a policy's text, counted from 1.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
  friend bool operator==(const Position&, const Position&) = default;
};
/// A statement as IAM's simulator counts: from where the one before it ends, or after the bracket that opens the list,
/// or after its own brace if there is no list, to the place after its closing brace. (The AWS CLI's examples show the
/// last and the first of a list; a published answer about two neighbours shows that they meet.)
struct Extent {
  Position start;
  Position end;
  friend bool operator==(const Extent&, const Extent&) = default;
};

/// Where the statements stand in a text that Document::Parse() accepts, in their order.
std::vector<Extent> StatementPositions(std::string_view json);

}  // namespace keymill::policy
