#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/aws/fields.h"
#include "server/result.h"
#include "server/s3/errors.h"
#include "store/buckets.h"

/// A bucket's website configuration, and what it says of a request. Who serves it: website_endpoint.h.
namespace keymill::s3 {

struct RedirectAll {
  std::string host_name;
  std::optional<std::string> protocol;  ///< absent: the request's
};
struct IndexDocument {
  std::string suffix;  ///< appended to what ends with '/'
};
struct ErrorDocument {
  std::string key;
};
struct RoutingCondition {
  std::optional<std::string> error_code;  ///< the rule waits for this status; absent: it applies before any lookup
  std::optional<std::string> key_prefix;
};
struct RoutingRedirect {
  std::optional<std::string> host_name, code, protocol, replace_prefix, replace_key;
};
struct RoutingRule {
  std::optional<RoutingCondition> condition;
  RoutingRedirect redirect;
};
struct RoutingRules {
  std::vector<RoutingRule> rules;
};
struct WebsiteConfiguration {
  std::optional<RedirectAll> redirect_all;
  std::optional<IndexDocument> index;
  std::optional<ErrorDocument> error;
  std::optional<RoutingRules> routing;
};

/// S3's complaints: MalformedXML, InvalidArgument and InvalidRequest with its texts.
Result<> CheckWebsite(WebsiteConfiguration& configuration);

/// The bucket's, if it has one.
std::optional<WebsiteConfiguration> ReadWebsite(const store::Reader& reader, const store::Bucket& bucket);

/// What of a request a redirection keeps.
struct WebsiteRequest {
  std::string_view scheme;  ///< "http" or "https"
  std::string_view host;    ///< with port
  std::string_view path;    ///< encoded, with its '/'
  std::string_view query;   ///< encoded, without '?'
  std::string_view key;     ///< decoded
};
struct Redirection {
  int status = 301;
  std::string location;
};

/// Where RedirectAllRequestsTo sends the request.
Redirection RedirectionOf(const RedirectAll& target, const WebsiteRequest& request);

/// Where the first routing rule that applies sends it. `error_status` 0: nothing has been looked up yet; otherwise only
/// the rules for that status count ("Configure redirection rules to use advanced conditional redirects").
std::optional<Redirection> FindRedirection(const WebsiteConfiguration& configuration, const WebsiteRequest& request,
                                           int error_status);

}  // namespace keymill::s3

namespace keymill::aws {

template <>
inline constexpr auto kFields<s3::RedirectAll> = std::tuple{Field{"HostName", &s3::RedirectAll::host_name, kRequired},
                                                            Field{"Protocol", &s3::RedirectAll::protocol}};
template <>
inline constexpr auto kFields<s3::IndexDocument> = std::tuple{Field{"Suffix", &s3::IndexDocument::suffix, kRequired}};
template <>
inline constexpr auto kFields<s3::ErrorDocument> = std::tuple{Field{"Key", &s3::ErrorDocument::key, kRequired}};
template <>
inline constexpr auto kFields<s3::RoutingCondition> =
    std::tuple{Field{"HttpErrorCodeReturnedEquals", &s3::RoutingCondition::error_code},
               Field{"KeyPrefixEquals", &s3::RoutingCondition::key_prefix}};
template <>
inline constexpr auto kFields<s3::RoutingRedirect> = std::tuple{
    Field{"Protocol", &s3::RoutingRedirect::protocol}, Field{"HostName", &s3::RoutingRedirect::host_name},
    Field{"ReplaceKeyPrefixWith", &s3::RoutingRedirect::replace_prefix},
    Field{"ReplaceKeyWith", &s3::RoutingRedirect::replace_key}, Field{"HttpRedirectCode", &s3::RoutingRedirect::code}};
template <>
inline constexpr auto kFields<s3::RoutingRule> = std::tuple{Field{"Condition", &s3::RoutingRule::condition},
                                                            Field{"Redirect", &s3::RoutingRule::redirect, kRequired}};
template <>
inline constexpr auto kFields<s3::RoutingRules> = std::tuple{Field{"RoutingRule", &s3::RoutingRules::rules, kRequired}};
template <>
inline constexpr auto kFields<s3::WebsiteConfiguration> = std::tuple{
    Field{"RedirectAllRequestsTo", &s3::WebsiteConfiguration::redirect_all},
    Field{"IndexDocument", &s3::WebsiteConfiguration::index}, Field{"ErrorDocument", &s3::WebsiteConfiguration::error},
    Field{"RoutingRules", &s3::WebsiteConfiguration::routing}};

}  // namespace keymill::aws
