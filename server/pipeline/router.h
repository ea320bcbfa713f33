#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/request.h"
#include "server/pipeline/call.h"
#include "server/pipeline/operation.h"

namespace keymill::pipeline {

/// What follows an issuer's id in the host name of an account that issues web identity tokens.
inline constexpr std::string_view kTokenIssuerDomain = ".tokens.sts.global.api.aws";

/// Finds the service, the bucket and key, and the operation row of a request. Built once from the services' tables.
class Router {
 public:
  struct Tables {
    std::span<const Operation> s3, iam, sts, control;
  };
  /// `domains`: beside "localhost", hosts below which `BUCKET.s3.DOMAIN` and `BUCKET.DOMAIN` name a bucket.
  Router(const Tables& tables, std::vector<std::string> domains);

  /// What kind of request this is, before its body has been read. S3 requests are fully routed here.
  struct Target {
    bool query_protocol = false;  ///< IAM or STS: the parameters are in the query or, with `form`, in the body
    bool form = false;
    Service service = Service::kS3;
  };
  Target classify(const http::Request& request) const;

  /// Requests below /_keymill/v1, and those of a token issuer's host, which stands for /_keymill/v1/issuers/ID.
  static bool is_control(const http::Request& request);
  Result<Route> route_control(const http::Request& request) const;
  Result<Route> route_s3(const http::Request& request) const;
  /// The bucket that an S3 request is about, by path or by host.
  struct Address {
    std::string bucket;
    std::string_view key_path;  ///< still encoded, without the separating '/'
    bool virtual_host = false;
  };
  Result<Address> locate(const http::Request& request) const;
  /// The bucket whose website endpoint the host names (`BUCKET.s3-website.DOMAIN`, and with a region behind a dot or a
  /// dash); empty for the endpoint itself, nullopt for other hosts.
  std::optional<std::string> website_bucket(const http::Request& request) const;
  /// `encoded` is the query or the body. Resolves the service by `target` and, for unsigned calls, by Version.
  Result<Route> route_query(Target target, std::string_view encoded) const;

 private:
  std::string_view bucket_in_host(std::string_view host) const;
  /// What stands before the first domain that fits, without the dot; nullopt for the domain itself and other hosts.
  std::optional<std::string_view> below_domain(std::string_view host) const;

  Tables tables_;
  std::vector<std::string> domains_;
  // S3 rows by method and target: a request is compared with a handful of them.
  struct Group {
    std::string_view method;
    pipeline::Target target;
    std::vector<const Operation*> rows;
  };
  std::vector<Group> groups_;
};

/// True if `text` is well-formed UTF-8 (no overlong forms, surrogates or values past U+10FFFF).
bool IsUtf8(std::string_view text);

}  // namespace keymill::pipeline
