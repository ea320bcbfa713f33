#include "server/aws/arn.h"

namespace keymill::aws {
namespace {

std::string Join(std::string_view service, std::string_view account, std::string_view resource, std::string_view rest) {
  std::string arn = "arn:aws:";
  arn.reserve(arn.size() + service.size() + account.size() + resource.size() + rest.size() + 3);
  arn.append(service).append("::").append(account).append(":").append(resource).append(rest);
  return arn;
}

}  // namespace

std::optional<Arn> Arn::Parse(std::string_view text) {
  std::string_view parts[5];
  for (std::string_view& part : parts) {
    std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[1].empty() || parts[2].empty() || text.empty()) return std::nullopt;
  return Arn{parts[1], parts[2], parts[3], parts[4], text};
}

std::string_view Arn::name() const {
  return resource.substr(resource.rfind('/') + 1);
}

std::string RootArn(std::string_view account) {
  return Join("iam", account, "root", {});
}

std::string IamArn(std::string_view account, std::string_view kind, std::string_view path, std::string_view name) {
  std::string arn = Join("iam", account, kind, path);
  return arn.append(name);
}

std::string StsArn(std::string_view account, std::string_view kind, std::string_view rest) {
  std::string arn = Join("sts", account, kind, "/");
  return arn.append(rest);
}

}  // namespace keymill::aws
