#pragma once

#include <string>
#include <string_view>

namespace keymill::aws {

/// Appends `text` as it stands between tags of XML or HTML, or in an attribute's double quotes. Characters that XML 1.0
/// cannot carry become U+FFFD.
void AppendEscaped(std::string& out, std::string_view text, bool attribute = false);

}  // namespace keymill::aws
