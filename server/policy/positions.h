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
/// From the place after a statement's opening brace to the one after its closing brace, as IAM's simulator counts.
struct Extent {
  Position start;
  Position end;
};

/// Where the statements stand in a text that Document::Parse() accepts, in their order.
std::vector<Extent> StatementPositions(std::string_view json);

}  // namespace keymill::policy
