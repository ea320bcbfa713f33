#include "server/pipeline/router.h"

#include "server/pipeline/errors.h"
#include "sigv4/authorization.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

constexpr std::string_view kIamVersion = "2010-05-08";
constexpr std::string_view kStsVersion = "2011-06-15";
constexpr std::string_view kControlPrefix = "/_keymill/v1";
constexpr std::string_view kWebsiteLabel = ".s3-website";

bool HasQueryName(std::string_view query, std::string_view name) {
  for (std::size_t at = 0; (at = query.find(name, at)) != std::string_view::npos; at += name.size()) {
    bool starts = at == 0 || query[at - 1] == '&';
    auto end = at + name.size();
    if (starts && (end == query.size() || query[end] == '=' || query[end] == '&')) return true;
  }
  return false;
}

bool IsForm(const http::Request& request) {
  auto type = request.header_or_empty("content-type");
  type = sigv4::trim(type.substr(0, type.find(';')));
  return request.method == "POST" && http::EqualsIgnoreCase(type, "application/x-www-form-urlencoded");
}

bool Matches(const Operation& row, const Params& params, const http::Request& request) {
  auto names = row.query;
  while (!names.empty()) {
    auto end = names.find('&');
    auto name = names.substr(0, end);
    names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
    auto equals = name.find('=');
    auto value = params.find(name.substr(0, equals));
    if (!value || (equals != std::string_view::npos && *value != name.substr(equals + 1))) return false;
  }
  return row.header.empty() || request.header(row.header).has_value();
}

const Operation* FindByName(std::span<const Operation> rows, std::string_view name) {
  for (const auto& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

/// The segments of `path` that stand where `pattern` has `{name}`, decoded; nullopt if the path is another one.
std::optional<Params> MatchPath(std::string_view pattern, std::string_view path) {
  Params named;
  while (!pattern.empty() && !path.empty()) {
    if (pattern.front() != '/' || path.front() != '/') return std::nullopt;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const auto expected = pattern.substr(0, pattern.find('/'));
    const auto segment = path.substr(0, path.find('/'));
    if (expected.starts_with('{')) {
      auto value = sigv4::percent_decode(segment);
      if (!value || value->empty()) return std::nullopt;
      named.add(std::string(expected.substr(1, expected.size() - 2)), std::move(*value));
    } else if (segment != expected) {
      return std::nullopt;
    }
    pattern.remove_prefix(expected.size());
    path.remove_prefix(segment.size());
  }
  if (pattern.empty() && path.empty()) return named;
  return std::nullopt;
}

/// In lower case, without the port.
std::string HostName(const http::Request& request) {
  return sigv4::lower(request.host.substr(0, request.host.rfind(':')));
}

/// The id of the token issuer whose host the request names; empty if it names none.
std::string TokenIssuerIn(const http::Request& request) {
  if (request.host.size() <= kTokenIssuerDomain.size()) return {};  // nearly always
  std::string host = HostName(request);
  if (!host.ends_with(kTokenIssuerDomain)) return {};
  host.resize(host.size() - kTokenIssuerDomain.size());
  return host.find('.') == std::string::npos ? host : std::string();
}

std::string_view ResourceType(Target target) {
  switch (target) {
    case Target::kService:
      return "SERVICE";
    case Target::kBucket:
      return "BUCKET";
    case Target::kObject:
      return "OBJECT";
  }
  return {};
}

}  // namespace

bool IsUtf8(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || i + more >= text.size()) return false;
    unsigned second = byte(i + 1);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f))
      return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

Router::Router(const Tables& tables, std::vector<std::string> domains) : tables_(tables), domains_(std::move(domains)) {
  domains_.emplace_back("localhost");
  for (auto& domain : domains_) domain = sigv4::lower(domain);
  for (const auto& row : tables_.s3) {
    auto group = std::find_if(groups_.begin(), groups_.end(),
                              [&](const Group& g) { return g.method == row.method && g.target == row.target; });
    if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{row.method, row.target, {}});
    group->rows.push_back(&row);
  }
}

Router::Target Router::classify(const http::Request& request) const {
  Target target;
  auto service = sigv4::peek_service(request.view());
  if (service == "iam") target.service = Service::kIam;
  if (service == "sts") target.service = Service::kSts;
  target.form = IsForm(request);
  bool named = service == "iam" || service == "sts";
  const auto actionable = [&] {
    if (!bucket_in_host(HostName(request)).empty()) return false;
    // Signed for some service, a form is a call on any path; unsigned and for a bucket, it is S3's to refuse.
    if (target.form && !service.empty()) return true;
    if (request.raw_path != "/") return false;
    return target.form ||
           ((request.method == "GET" || request.method == "POST") && HasQueryName(request.raw_query, "Action"));
  };
  // Scoped to a service that is not here, a call is still one by its form: it is told which service this is.
  target.query_protocol = named || (service != "s3" && actionable());
  return target;
}

std::optional<std::string_view> Router::below_domain(std::string_view host) const {
  for (const auto& domain : domains_) {
    if (host.size() <= domain.size() || !host.ends_with(domain) || host[host.size() - domain.size() - 1] != '.')
      continue;
    return host.substr(0, host.size() - domain.size() - 1);
  }
  return std::nullopt;
}

std::string_view Router::bucket_in_host(std::string_view host) const {
  const auto below = below_domain(host);
  if (!below) return {};
  const std::string_view left = *below;
  // BUCKET.s3, BUCKET.s3.REGION, or the bucket alone; `s3` and `s3.REGION` are the service itself.
  if (left == "s3" || left == "iam" || left == "sts" || left.starts_with("s3.")) return {};
  if (left.ends_with(".s3")) return left.substr(0, left.size() - 3);
  auto region = left.rfind(".s3.");
  if (region != std::string_view::npos && left.find('.', region + 4) == std::string_view::npos)
    return left.substr(0, region);
  return left;
}

std::optional<std::string> Router::website_bucket(const http::Request& request) const {
  const std::string host = HostName(request);
  const auto below = below_domain(host);
  if (!below) return std::nullopt;
  // The endpoint is one label, or two with the region behind a dot: see both with the same eyes.
  const std::string left = "." + std::string(*below);
  const auto at = left.rfind(kWebsiteLabel);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view region = std::string_view(left).substr(at + kWebsiteLabel.size());
  const bool endpoint = region.empty() || ((region[0] == '.' || region[0] == '-') && region.size() > 1 &&
                                           region.find('.', 1) == std::string_view::npos);
  if (!endpoint) return std::nullopt;
  return at == 0 ? std::string() : left.substr(1, at - 1);
}

Result<Router::Address> Router::locate(const http::Request& request) const {
  Address address;
  auto path = request.raw_path;
  if (path.empty() || path.front() != '/') return aws::Error(BadRequest);
  path.remove_prefix(1);
  const auto host = HostName(request);
  if (auto bucket = bucket_in_host(host); !bucket.empty()) {
    address.bucket = bucket;
    address.key_path = path;
    address.virtual_host = true;
    return address;
  }
  auto slash = path.find('/');
  auto bucket = sigv4::percent_decode(path.substr(0, slash));
  if (!bucket) return aws::Error(MalformedTarget).without_body();
  address.bucket = std::move(*bucket);
  if (slash != std::string_view::npos) address.key_path = path.substr(slash + 1);
  if (address.bucket.empty() && !path.empty()) return aws::Error(InvalidBucketName).with("BucketName", "");
  return address;
}

Result<Route> Router::route_s3(const http::Request& request) const {
  auto address = locate(request);
  if (!address) return std::move(address.error());
  Route route;
  route.service = Service::kS3;
  route.bucket = std::move(address->bucket);
  route.virtual_host = address->virtual_host;
  auto key = sigv4::percent_decode(address->key_path);
  if (!key) return aws::Error(MalformedTarget).without_body();
  if (!IsUtf8(*key) || !IsUtf8(route.bucket)) return aws::Error(InvalidUri).with("URI", std::string(request.raw_path));
  route.key = std::move(*key);
  auto params = Params::Parse(request.raw_query);
  if (!params) return aws::Error(MalformedTarget).without_body();
  route.params = std::move(*params);

  auto target = route.bucket.empty() ? pipeline::Target::kService
                : route.key.empty()  ? pipeline::Target::kBucket
                                     : pipeline::Target::kObject;
  bool known_method = false;
  for (const auto& group : groups_) {
    known_method = known_method || group.method == request.method;
    if (group.method != request.method || group.target != target) continue;
    for (const auto* row : group.rows) {
      if (!Matches(*row, route.params, request)) continue;
      route.operation = row;
      return route;
    }
  }
  if (!known_method) return aws::Error(BadRequest);
  return aws::Error(MethodNotAllowed)
      .with("Method", std::string(request.method))
      .with("ResourceType", std::string(ResourceType(target)));
}

bool Router::is_control(const http::Request& request) {
  if (!TokenIssuerIn(request).empty()) return true;
  return request.raw_path.starts_with(kControlPrefix) &&
         (request.raw_path.size() == kControlPrefix.size() || request.raw_path[kControlPrefix.size()] == '/');
}

Result<Route> Router::route_control(const http::Request& request) const {
  Route route;
  route.service = Service::kControl;
  auto params = Params::Parse(request.raw_query);
  if (!params) return aws::Error(MalformedQueryString);
  route.params = std::move(*params);
  const std::string issuer = TokenIssuerIn(request);
  const std::string path = issuer.empty() ? std::string(request.raw_path.substr(kControlPrefix.size()))
                                          : "/issuers/" + issuer + std::string(request.raw_path);
  bool known_path = false;
  for (const auto& row : tables_.control) {
    auto named = MatchPath(row.path, path);
    if (!named) continue;
    known_path = true;
    if (row.method != request.method) continue;
    // Before those of the query: a repeated name must not hide what the path says.
    for (const auto& [name, value] : route.params.all()) named->add(name, value);
    route.params = std::move(*named);
    route.operation = &row;
    return route;
  }
  if (known_path) return aws::Error(MethodNotAllowed);
  return aws::Error(NoSuchResource);
}

Result<Route> Router::route_query(Target target, std::string_view encoded) const {
  Route route;
  route.service = target.service;
  auto params = Params::Parse(encoded);
  if (!params) return aws::Error(MalformedQueryString);
  route.params = std::move(*params);
  auto version = route.params.find("Version");
  if (target.service == Service::kS3) route.service = version == kIamVersion ? Service::kIam : Service::kSts;
  bool iam = route.service == Service::kIam;
  auto action = route.params.find("Action");
  if (!action) {
    return aws::Error(ErrorKind{"MissingAction", 302, ""})
        .with_header("Location", iam ? "https://aws.amazon.com/iam" : "https://aws.amazon.com/sts")
        .without_body();
  }
  if (version == (iam ? kIamVersion : kStsVersion))
    route.operation = FindByName(iam ? tables_.iam : tables_.sts, *action);
  if (!route.operation) {
    return aws::Error(InvalidAction, "Could not find operation " + std::string(*action) + " for version " +
                                         std::string(version.value_or("NO_VERSION_SPECIFIED")));
  }
  return route;
}

}  // namespace keymill::pipeline
