#pragma once

#include <string_view>

namespace keymill::http {

/// What stands behind a status in a response's first line, for example "Not Found"; never destroyed.
std::string_view ReasonPhrase(int status);

}  // namespace keymill::http
