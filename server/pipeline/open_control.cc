#include "server/pipeline/open_control.h"

#include <string>

#include <arpa/inet.h>

#include "server/aws/arn.h"
#include "server/pipeline/errors.h"

namespace keymill::pipeline {
namespace {

std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

bool IsLoopback(std::string_view host) {
  if (http::EqualsIgnoreCase(host, "localhost")) return true;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string text(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Result<Identity> OpenControlIdentity(const http::Request& request, std::string_view account) {
  if (!IsLoopback(request.peer)) return aws::Error(OpenControlRefused, "The client is on another machine; sign.");
  if (!IsLoopback(WithoutPort(request.host))) {
    return aws::Error(OpenControlRefused, "Host must be localhost or a loopback address in an unsigned request.");
  }
  if (request.header("origin")) {
    return aws::Error(OpenControlRefused, "Web pages, which send Origin, have no access without a signature.");
  }
  Identity root;
  root.kind = Identity::Kind::kRoot;
  root.account = root.user_id = account;
  root.arn = aws::RootArn(root.account);
  return root;
}

}  // namespace keymill::pipeline
