#pragma once

#include <string>
#include <string_view>

#include "server/aws/error.h"

/// What the texts about refused signatures are made with.
namespace keymill::pipeline {

inline constexpr aws::ErrorKind MissingAuthenticationToken{"MissingAuthenticationToken", 403,
                                                           "Request is missing Authentication Token"};

inline std::string Text(std::string_view view) {
  return std::string(view);
}

inline std::string Quoted(std::string_view view, char quote) {
  return quote + Text(view) + quote;
}

}  // namespace keymill::pipeline
