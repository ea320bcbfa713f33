#include "server/policy/positions.h"

#include <string>

namespace keymill::policy {

std::vector<Extent> StatementPositions(std::string_view json) {
  std::vector<Extent> found;
  Position here;
  Position from;            // where the next statement of the list begins
  std::string open;         // the brackets that are open
  std::string_view member;  // of the outermost object: whose value this is
  std::string_view last;    // the last string
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    here.column += 1;
    if (c == '\n') {
      here = {here.line + 1, 1};
    } else if (c == '"') {
      const std::size_t begin = i + 1;
      for (++i; i < json.size() && json[i] != '"'; ++i) {
        if (json[i] == '\\') ++i;
      }
      last = json.substr(begin, i - begin);
      here.column += i - begin + 1;
    } else if (c == ':' && open.size() == 1) {
      member = last;
    } else if (c == '{' || c == '[') {
      open += c;
      if (member != "Statement") continue;
      if (open == "{[") from = here;
      if (open == "{{") found.push_back({here, here});
      if (open == "{[{") found.push_back({from, here});
    } else if ((c == '}' || c == ']') && !open.empty()) {
      if (c == '}' && member == "Statement" && (open == "{{" || open == "{[{") && !found.empty()) {
        found.back().end = from = here;
      }
      open.pop_back();
    }
  }
  return found;
}

}  // namespace keymill::policy
