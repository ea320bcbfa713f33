#include "server/s3/website.h"

#include <algorithm>

#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxRules = 50;

/// The value of a three-digit status; 0 for another text.
int StatusOf(std::string_view text) {
  if (text.size() != 3 || text.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

Result<> CheckProtocol(const std::optional<std::string>& protocol) {
  if (!protocol || *protocol == "http" || *protocol == "https") return {};
  return Error(InvalidRequest,
               "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected "
               "automatically.");
}

Result<> CheckRedirect(const RoutingRedirect& redirect) {
  if (!redirect.host_name && !redirect.code && !redirect.protocol && !redirect.replace_prefix &&
      !redirect.replace_key) {
    return Error(MalformedXML);
  }
  if (redirect.replace_prefix && redirect.replace_key) {
    return Error(InvalidRequest, "You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  }
  if (redirect.code) {
    const int status = StatusOf(*redirect.code);
    if (status <= 300 || status >= 400) {
      return Error(InvalidRequest, "The provided HTTP redirect code (" + *redirect.code +
                                       ") is not valid. Valid codes are 3XX except 300.");
    }
  }
  return CheckProtocol(redirect.protocol);
}

Result<> CheckCondition(const RoutingCondition& condition) {
  if (!condition.error_code && !condition.key_prefix) {
    return Error(InvalidRequest,
                 "Condition cannot be empty. To redirect all requests without a condition, the condition element "
                 "shouldn't be present.");
  }
  if (!condition.error_code) return {};
  const int status = StatusOf(*condition.error_code);
  if (status >= 400 && status < 600) return {};
  return Error(InvalidRequest, "The provided HTTP error code (" + *condition.error_code +
                                   ") is not valid. Valid codes are 4XX or 5XX.");
}

std::string Url(std::string_view scheme, std::string_view host, std::string_view path, std::string_view query) {
  std::string url = std::string(scheme).append("://").append(host).append(path);
  if (!query.empty()) url.append("?").append(query);
  return url;
}

bool Applies(const RoutingRule& rule, std::string_view key, int error_status) {
  const auto& condition = rule.condition;
  const int wanted = condition && condition->error_code ? StatusOf(*condition->error_code) : 0;
  return wanted == error_status && (!condition || !condition->key_prefix || key.starts_with(*condition->key_prefix));
}

/// The key to which the rule sends a request for `key`.
std::string NewKey(const RoutingRule& rule, std::string_view key) {
  if (rule.redirect.replace_key) return *rule.redirect.replace_key;
  if (!rule.redirect.replace_prefix) return std::string(key);
  if (rule.condition && rule.condition->key_prefix) key.remove_prefix(rule.condition->key_prefix->size());
  return *rule.redirect.replace_prefix + std::string(key);
}

}  // namespace

Result<> CheckWebsite(WebsiteConfiguration& configuration) {
  const auto& [redirect_all, index, error, routing] = configuration;
  if (redirect_all) {
    if (index || error || routing) {
      return InvalidArgumentNamed("RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
                                  "RedirectAllRequestsTo", "not null");
    }
    return CheckProtocol(redirect_all->protocol);
  }
  if (!index) {
    return InvalidArgumentNamed("A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
                                "IndexDocument", "null");
  }
  if (index->suffix.empty() || index->suffix.find('/') != std::string::npos) {
    return InvalidArgumentNamed("The IndexDocument Suffix is not well formed", "IndexDocument", index->suffix);
  }
  if (error && error->key.empty()) {
    return InvalidArgumentNamed("The ErrorDocument Key is not well formed", "ErrorDocument", error->key);
  }
  if (!routing) return {};
  if (routing->rules.size() > kMaxRules) {
    return Error(InvalidRequest, std::to_string(routing->rules.size()) +
                                     " routing rules provided, the number of routing rules in a website configuration "
                                     "is limited to 50.");
  }
  for (const RoutingRule& rule : routing->rules) {
    if (auto checked = CheckRedirect(rule.redirect); !checked) return checked.error();
    if (!rule.condition) continue;
    if (auto checked = CheckCondition(*rule.condition); !checked) return checked.error();
  }
  return {};
}

Redirection RedirectionOf(const RedirectAll& target, const WebsiteRequest& request) {
  const std::string_view scheme = target.protocol ? std::string_view(*target.protocol) : request.scheme;
  return {301, Url(scheme, target.host_name, request.path, request.query)};
}

std::optional<Redirection> FindRedirection(const WebsiteConfiguration& configuration, const WebsiteRequest& request,
                                           int error_status) {
  if (!configuration.routing) return std::nullopt;
  const auto& rules = configuration.routing->rules;
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const RoutingRule& candidate) {
    return Applies(candidate, request.key, error_status);
  });
  if (rule == rules.end()) return std::nullopt;
  const RoutingRedirect& redirect = rule->redirect;
  const std::string_view scheme = redirect.protocol ? std::string_view(*redirect.protocol) : request.scheme;
  const std::string_view host = redirect.host_name ? std::string_view(*redirect.host_name) : request.host;
  const std::string path = "/" + sigv4::uri_encode(NewKey(*rule, request.key), sigv4::Slash::Keep);
  return Redirection{redirect.code ? StatusOf(*redirect.code) : 301, Url(scheme, host, path, request.query)};
}

}  // namespace keymill::s3
