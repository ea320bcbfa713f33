#include "server/federation/issuer_keys.h"

#include <chrono>
#include <optional>

#include <boost/json/parse.hpp>

#include "server/federation/jwt.h"
#include "server/http/remote_request.h"
#include "server/http/url.h"

namespace keymill::federation {
namespace {

namespace json = boost::json;

constexpr std::int64_t kFresh = 5 * 60 * 1000;        // milliseconds
constexpr std::chrono::milliseconds kPatience{3000};  // with one answer of an issuer
constexpr std::int64_t kJustFetched = 10 * 1000;
constexpr std::size_t kMaxIssuers = 1000;  // beyond it, all are fetched again
constexpr std::string_view kDiscovery = "/.well-known/openid-configuration";

Task<std::string> Get(const std::string& text, http::RemoteRequest& request) {
  request.url = text;
  http::ClientResponse page = co_await http::Send(request);
  if (page.status != 200)
    throw IssuerFailure(IssuerFailure::Kind::kNoKeys, text + " answers " + std::to_string(page.status));
  co_return std::move(page.body);
}

/// A member of the discovery document; empty if it is not there or no text.
std::string Member(const std::string& document, std::string_view name) {
  boost::system::error_code ec;
  const json::value value = json::parse(document, ec);
  const json::object* object = ec ? nullptr : value.if_object();
  const json::value* member = object != nullptr ? object->if_contains(name) : nullptr;
  const json::string* text = member != nullptr ? member->if_string() : nullptr;
  return text != nullptr ? std::string(*text) : std::string();
}

http::Url Parse(const std::string& text, bool plain_allowed) {
  auto url = http::ParseUrl(text);
  if (!url || !(url->secure || (plain_allowed && http::IsLoopback(url->host)))) {
    throw IssuerFailure(IssuerFailure::Kind::kNoKeys, text + " is not a URL that keys are fetched from");
  }
  return *std::move(url);
}

Task<std::string> Discover(const Issuer& issuer) {
  http::RemoteRequest request;
  request.headers = {{"Accept", "application/json"}, {"User-Agent", "keymill"}};
  request.timeout = kPatience;
  request.thumbprints = issuer.thumbprints;
  request.most = kMaxJwkSet;
  std::string base = issuer.url;
  if (base.ends_with('/')) base.pop_back();
  const std::string discovery = base.append(kDiscovery);
  const http::Url url = Parse(discovery, true);
  const std::string document = co_await Get(discovery, request);
  if (Member(document, "issuer") != issuer.url)
    throw IssuerFailure(IssuerFailure::Kind::kNoKeys, discovery + " names another issuer");
  const std::string keys = Member(document, "jwks_uri");
  Parse(keys, !url.secure);
  co_return co_await Get(keys, request);
}

}  // namespace

IssuerKeys::Entry IssuerKeys::find(const std::string& url) {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(url);
  return found == entries_.end() ? Entry{} : found->second;
}

Task<IssuerKeys::JwkSet> IssuerKeys::fetch(const Issuer& issuer, std::int64_t now) {
  std::optional<std::string> text;
  try {
    text = co_await Discover(issuer);
  } catch (const http::UntrustedCertificate& failure) {
    throw IssuerFailure(IssuerFailure::Kind::kUntrusted, failure.what());
  } catch (const http::ClientError& failure) {
    throw IssuerFailure(IssuerFailure::Kind::kUnreachable, failure.what());
  }
  auto keys = std::make_shared<const std::string>(*std::move(text));
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kMaxIssuers) entries_.clear();
  entries_[issuer.url] = {keys, now};
  co_return keys;
}

Task<IssuerKeys::JwkSet> IssuerKeys::get(const Issuer& issuer, std::int64_t now) {
  const Entry known = find(issuer.url);
  const bool fresh = known.keys && now >= known.fetched && now - known.fetched < kFresh;  // clocks can be moved back
  if (fresh) co_return known.keys;
  co_return co_await fetch(issuer, now);
}

Task<IssuerKeys::JwkSet> IssuerKeys::get_newer(const Issuer& issuer, const JwkSet& known, std::int64_t now) {
  const Entry latest = find(issuer.url);
  const bool another = latest.keys && latest.keys != known;
  if (another) co_return latest.keys;
  const bool recent = latest.keys && now >= latest.fetched && now - latest.fetched < kJustFetched;
  if (recent) co_return known;
  co_return co_await fetch(issuer, now);
}

}  // namespace keymill::federation
