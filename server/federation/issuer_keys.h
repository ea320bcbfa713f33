#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/task.h"

namespace keymill::federation {

/// An issuer of web identity tokens: its URL, and the SHA-1 thumbprints of certificates that vouch for its server.
struct Issuer {
  const std::string& url;
  const std::vector<std::string>& thumbprints;
};

/// Why an issuer's keys are not to be had, in words.
struct IssuerFailure : std::runtime_error {
  enum class Kind {
    kUnreachable,  ///< it did not answer
    kUntrusted,    ///< neither an authority nor a thumbprint vouches for its server
    kNoKeys        ///< it answered, but not with its keys
  };
  IssuerFailure(Kind k, const std::string& reason) : std::runtime_error(reason), kind(k) {}
  Kind kind;
};

/// The JWK sets that issuers publish, as OpenID Connect discovery finds them: ISSUER/.well-known/openid-configuration
/// names the issuer again and its jwks_uri. Only URLs of registered providers are asked; keys come by https, or by
/// http if the issuer is on this machine and its keys too. Any thread.
class IssuerKeys {
 public:
  using JwkSet = std::shared_ptr<const std::string>;  ///< JSON text, as published

  /// The issuer's keys as fetched at most some minutes before `now` (milliseconds). Throws IssuerFailure.
  Task<JwkSet> get(const Issuer& issuer, std::int64_t now);
  /// For a token that `known` has no key for: the keys as they are now, since issuers rotate theirs. `known` again if
  /// it is only seconds old: tokens with made-up key ids must not become requests to the issuer.
  Task<JwkSet> get_newer(const Issuer& issuer, const JwkSet& known, std::int64_t now);

 private:
  struct Entry {
    JwkSet keys;
    std::int64_t fetched = 0;
  };
  Entry find(const std::string& url);
  Task<JwkSet> fetch(const Issuer& issuer, std::int64_t now);

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace keymill::federation
