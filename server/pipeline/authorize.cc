#include "server/pipeline/authorize.h"

#include "server/pipeline/errors.h"

namespace keymill::pipeline {

Decision Decide(const Identity& identity, const Operation& operation, std::string_view resource) {
  if (identity.anonymous()) return Decision::kImplicitDeny;
  if (operation.action.empty() || identity.kind == Identity::Kind::kRoot) return Decision::kAllow;
  if (operation.action.starts_with("s3:")) return Decision::kAllow;
  if (operation.action.starts_with("iam:") && resource == identity.arn) return Decision::kAllow;
  return Decision::kImplicitDeny;
}

std::string S3Resource(const Route& route) {
  if (route.bucket.empty()) return {};
  std::string arn = "arn:aws:s3:::" + route.bucket;
  if (!route.key.empty()) arn += "/" + route.key;
  return arn;
}

aws::Error Denial(const Identity& identity, const Operation& operation, std::string_view resource, Service service) {
  if (identity.anonymous()) return AccessDenied;
  std::string text = "User: " + identity.arn + " is not authorized to perform: " + std::string(operation.action);
  if (!resource.empty()) {
    bool quoted = service == Service::kS3;
    text += quoted ? " on resource: \"" : " on resource: ";
    text += resource;
    if (quoted) text += '"';
  }
  text += " because no identity-based policy allows the " + std::string(operation.action) + " action";
  return aws::Error(AccessDenied, std::move(text));
}

}  // namespace keymill::pipeline
