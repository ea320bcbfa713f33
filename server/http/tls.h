#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;

namespace keymill::http {

/// A TLS configuration that all connections of a server share. Certificates come from files, or from a certificate
/// authority of our own that clients are told to trust (AWS_CA_BUNDLE=DIRECTORY/ca.pem).
class TlsContext {
 public:
  /// PEM files; the first may hold a chain. Throws std::runtime_error that names the file and the reason.
  static std::unique_ptr<TlsContext> FromFiles(const std::filesystem::path& certificate,
                                               const std::filesystem::path& key);
  /// Makes `directory`/ca.pem and ca-key.pem (mode 0600) the first time. Certificates are made per host name as
  /// clients ask for it (SNI), because a wildcard such as *.localhost is not accepted by OpenSSL and matches one label
  /// only: bucket.s3.localhost needs its own. Names outside `domains` and "localhost" get the default certificate.
  static std::unique_ptr<TlsContext> FromLocalAuthority(const std::filesystem::path& directory,
                                                        std::vector<std::string> domains);
  ~TlsContext();

  ssl_ctx_st* native() const;

 private:
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::http
