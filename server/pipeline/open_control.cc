#include "server/pipeline/open_control.h"

#include "server/aws/arn.h"
#include "server/http/url.h"
#include "server/pipeline/errors.h"

namespace keymill::pipeline {
namespace {

std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

Result<Identity> OpenControlIdentity(const http::Request& request, std::string_view account) {
  if (!http::IsLoopback(request.peer)) return aws::Error(OpenControlRefused, "The client is on another machine; sign.");
  if (!http::IsLoopback(WithoutPort(request.host))) {
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
