#include "server/http/url.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include "server/http/request.h"

namespace keymill::http {
namespace {

constexpr std::string_view kSecurePort = "443";
constexpr std::string_view kPlainPort = "80";

constexpr bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/// What RFC 3986 allows in a path and a query, escapes unread.
constexpr bool IsTargetCharacter(char c) {
  constexpr std::string_view kOthers = "~!$&'()*+,;=:@/?%";
  return IsNameCharacter(c) || kOthers.find(c) != std::string_view::npos;
}

bool IsPort(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= 65535;
}

bool IsIpv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : '[' + host + ']';
  if (port != (secure ? kSecurePort : kPlainPort)) text += ':' + port;
  return text;
}

std::optional<Url> ParseUrl(std::string_view text) {
  Url url;
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  url.secure = EqualsIgnoreCase(text.substr(0, scheme), "https");
  if (!url.secure && !EqualsIgnoreCase(text.substr(0, scheme), "http")) return std::nullopt;
  text.remove_prefix(scheme + 3);

  const std::size_t slash = std::min(text.find_first_of("/?#"), text.size());
  std::string_view place = text.substr(0, slash);
  std::string_view host = place.substr(0, place.starts_with('[') ? place.find(']') : place.find(':'));
  if (place.starts_with('[')) {
    if (host.size() == place.size()) return std::nullopt;
    place.remove_prefix(host.size() + 1);
    host.remove_prefix(1);
    if (!IsIpv6(host)) return std::nullopt;
  } else {
    place.remove_prefix(host.size());
    if (host.empty() || !std::all_of(host.begin(), host.end(), IsNameCharacter)) return std::nullopt;
  }
  url.host = host;
  url.port = url.secure ? kSecurePort : kPlainPort;
  if (!place.empty()) {
    if (place.front() != ':' || !IsPort(place.substr(1))) return std::nullopt;
    url.port = place.substr(1);
  }

  url.target = text.substr(slash);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (!std::all_of(url.target.begin(), url.target.end(), IsTargetCharacter)) return std::nullopt;
  return url;
}

bool IsLoopback(std::string_view host) {
  if (EqualsIgnoreCase(host, "localhost")) return true;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string text(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace keymill::http
