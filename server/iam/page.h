#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/aws/form.h"
#include "server/aws/xml_writer.h"

namespace keymill::iam {

/// One page of a listing, as Marker and MaxItems ask for it.
struct Page {
  std::string after;        ///< the last entry of the page before; empty = from the start
  std::size_t limit = 100;  ///< 1 to 1000
};

/// Reads both parameters; a Marker that no listing gave out is refused.
Page ReadPage(aws::Form& form);

/// The opaque Marker for an entry.
std::string MarkerFor(std::string_view entry);

/// Writes IsTruncated and, if so, Marker. `last` is the last entry on this page.
void WritePageEnd(aws::XmlWriter& xml, bool truncated, std::string_view last);

/// Cuts a list that was read with one entry more than the page holds; true if there is a next page.
template <class T>
bool Cut(std::vector<T>& entries, const Page& page) {
  if (entries.size() <= page.limit) return false;
  entries.resize(page.limit);
  return true;
}

/// The page of a list that is short enough to be in memory; `name` tells the entries apart. If the last entry of the
/// page before is gone by now, the page begins with the first one whose name is greater.
template <class T, class Name>
bool Slice(std::vector<T>& entries, const Page& page, Name name) {
  if (!page.after.empty()) {
    const auto last = std::find_if(entries.begin(), entries.end(), [&](const T& e) { return name(e) == page.after; });
    const auto first = last != entries.end() ? last + 1 : std::find_if(entries.begin(), entries.end(), [&](const T& e) {
      return name(e) > page.after;
    });
    entries.erase(entries.begin(), first);
  }
  return Cut(entries, page);
}

}  // namespace keymill::iam
