#include "server/http/tls.h"

#include <cstdio>
#include <ctime>
#include <map>
#include <mutex>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "server/crypto/handles.h"

namespace keymill::http {
namespace {

using crypto::Freer;
using crypto::Key;
using Certificate = crypto::X509Handle;
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using File = std::unique_ptr<std::FILE, Freer<std::fclose>>;

constexpr long kAuthorityDays = 3650;
constexpr long kCertificateDays = 397;  // the longest that clients of today accept
constexpr std::size_t kMaxCertificates = 4096;

[[noreturn]] void Fail(const std::string& doing) {
  char reason[256] = "unknown reason";
  if (auto code = ERR_get_error(); code != 0) ERR_error_string_n(code, reason, sizeof reason);
  throw std::runtime_error(doing + ": " + reason);
}

Key NewKey() {
  Key key(EVP_EC_gen("P-256"));
  if (!key) Fail("cannot make a TLS key");
  return key;
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) Fail("cannot extend a certificate");
}

// A certificate for `key`, signed by `issuer`, or by itself if there is none yet.
Certificate NewCertificate(EVP_PKEY* key, const std::string& common_name, long days, X509* issuer) {
  Certificate certificate(X509_new());
  unsigned char serial[16];
  RAND_bytes(serial, sizeof serial);
  serial[0] &= 0x7f;
  std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  X509_set_version(certificate.get(), X509_VERSION_3);
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);  // clients' clocks may lag
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * 86400);
  X509_set_pubkey(certificate.get(), key);
  auto* name = X509_get_subject_name(certificate.get());
  auto shown = common_name.substr(0, 64);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(shown.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer ? issuer : certificate.get()));
  return certificate;
}

void Sign(X509* certificate, EVP_PKEY* key) {
  if (X509_sign(certificate, key, EVP_sha256()) == 0) Fail("cannot sign a certificate");
}

File OpenPrivate(const std::filesystem::path& path) {
  auto old = ::umask(0077);
  File file(std::fopen(path.c_str(), "wx"));
  ::umask(old);
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return file;
}

template <class T, class Read>
auto ReadPem(const std::filesystem::path& path, Read read) {
  File file(std::fopen(path.c_str(), "r"));
  if (!file) throw std::runtime_error("cannot read " + path.string());
  T object(read(file.get(), nullptr, nullptr, nullptr));
  if (!object) Fail(path.string() + " is not what TLS needs");
  return object;
}

// HTTP/1.1 is all there is; a client that offers only others is told so.
int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                   unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, kHttp11, sizeof kHttp11, offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Context NewContext() {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) Fail("cannot start TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context.get(), &ChooseProtocol, nullptr);
  return context;
}

}  // namespace

struct TlsContext::Impl {
  Context context = NewContext();

  // A local authority only.
  Certificate ca;
  Key ca_key;
  Key leaf_key;
  std::vector<std::string> domains;
  std::mutex mutex;
  std::map<std::string, Certificate, std::less<>> certificates;

  void load_authority(const std::filesystem::path& directory) {
    auto ca_file = directory / "ca.pem", key_file = directory / "ca-key.pem";
    if (std::filesystem::exists(ca_file) && std::filesystem::exists(key_file)) {
      ca = ReadPem<Certificate>(ca_file, PEM_read_X509);
      ca_key = ReadPem<Key>(key_file, PEM_read_PrivateKey);
      return;
    }
    std::filesystem::create_directories(directory);
    std::filesystem::remove(key_file);
    ca_key = NewKey();
    ca = NewCertificate(ca_key.get(), "Keymill local CA", kAuthorityDays, nullptr);
    AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    AddExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
    Sign(ca.get(), ca_key.get());
    auto key_out = OpenPrivate(key_file);
    if (PEM_write_PrivateKey(key_out.get(), ca_key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
      Fail("cannot write the CA's key");
    File ca_out(std::fopen(ca_file.c_str(), "w"));
    if (!ca_out || PEM_write_X509(ca_out.get(), ca.get()) != 1)
      throw std::runtime_error("cannot write " + ca_file.string());
  }

  Certificate make(const std::string& name, const std::string& alternatives) const {
    auto made = NewCertificate(leaf_key.get(), name, kCertificateDays, ca.get());
    AddExtension(made.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
    AddExtension(made.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
    AddExtension(made.get(), ca.get(), NID_ext_key_usage, "serverAuth");
    AddExtension(made.get(), ca.get(), NID_subject_key_identifier, "hash");
    AddExtension(made.get(), ca.get(), NID_authority_key_identifier, "keyid");
    AddExtension(made.get(), ca.get(), NID_subject_alt_name, alternatives);
    Sign(made.get(), ca_key.get());
    return made;
  }

  bool ours(std::string_view name) const {
    if (name.size() > 253 || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") != name.npos)
      return false;
    for (const auto& domain : domains) {
      if (name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.')
        return true;
    }
    return false;
  }

  static int OnServerName(SSL* ssl, int*, void* self_pointer) {
    auto& self = *static_cast<Impl*>(self_pointer);
    const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (!asked) return SSL_TLSEXT_ERR_OK;
    std::string name(asked);
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    if (!self.ours(name)) return SSL_TLSEXT_ERR_OK;
    try {
      std::lock_guard lock(self.mutex);
      auto found = self.certificates.find(name);
      if (found == self.certificates.end()) {
        if (self.certificates.size() >= kMaxCertificates) self.certificates.clear();
        found = self.certificates.emplace(name, self.make(name, "DNS:" + name)).first;
      }
      SSL_use_certificate(ssl, found->second.get());
    } catch (const std::exception&) {
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    return SSL_TLSEXT_ERR_OK;
  }
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;
ssl_ctx_st* TlsContext::native() const {
  return impl_->context.get();
}

std::unique_ptr<TlsContext> TlsContext::FromFiles(const std::filesystem::path& certificate,
                                                  const std::filesystem::path& key) {
  auto impl = std::make_unique<Impl>();
  auto* context = impl->context.get();
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) Fail("--tls-cert " + certificate.string());
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) Fail("--tls-key " + key.string());
  if (SSL_CTX_check_private_key(context) != 1) Fail("--tls-key does not belong to --tls-cert");
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

std::unique_ptr<TlsContext> TlsContext::FromLocalAuthority(const std::filesystem::path& directory,
                                                           std::vector<std::string> domains) {
  auto impl = std::make_unique<Impl>();
  impl->domains = std::move(domains);
  impl->domains.emplace_back("localhost");
  impl->load_authority(directory);
  impl->leaf_key = NewKey();
  std::string alternatives = "IP:127.0.0.1,IP:0:0:0:0:0:0:0:1";
  for (const auto& domain : impl->domains) alternatives += ",DNS:" + domain;
  auto certificate = impl->make("localhost", alternatives);
  auto* context = impl->context.get();
  if (SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, impl->leaf_key.get()) != 1) {
    Fail("cannot use the local certificate");
  }
  SSL_CTX_set_tlsext_servername_callback(context, &Impl::OnServerName);
  SSL_CTX_set_tlsext_servername_arg(context, impl.get());
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

}  // namespace keymill::http
