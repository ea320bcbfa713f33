#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keymill::http {

/// An absolute http or https URL without user, password or fragment.
struct Url {
  bool secure = false;  ///< https
  std::string host;     ///< a name or an address, IPv6 without its brackets
  std::string port;     ///< 443 or 80 if the text has none
  std::string target;   ///< path and query, "/" if the text has none

  /// What a Host header says: the port only if it is not the scheme's own.
  std::string authority() const;
};

/// nullopt for anything else, and for characters that a URL must escape.
std::optional<Url> ParseUrl(std::string_view text);

/// Whether a host, without port, is this machine to itself: "localhost", 127.0.0.0/8 or ::1, the last also in brackets.
bool IsLoopback(std::string_view host);

}  // namespace keymill::http
