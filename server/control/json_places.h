#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace keymill::control {

/// Where a value stands in a text.
struct Place {
  std::size_t begin = 0, end = 0;  ///< octets
  std::size_t line = 1;
  std::size_t column = 1;  ///< characters, from 1
};

/// Where the value at `path` (see Complaint) stands in `text`, which ParseJson() must have accepted: its parsed form
/// does not remember. The innermost enclosing value if the path leads to none.
Place PlaceOf(std::string_view text, std::string_view path);

/// A member that its object has already: parsing would keep one of the two and drop the other unseen.
struct Duplicate {
  std::string path;
  Place place;
};
/// The first one in `text`, which ParseJson() must have accepted.
std::optional<Duplicate> FindDuplicate(std::string_view text);

}  // namespace keymill::control
