#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace keymill::federation {

/// A SAML 2.0 response in the form that identity providers send it, taken apart as far as its signatures need. Nothing
/// that it says is true but what verify() gives back.
class SamlResponse {
 public:
  static constexpr std::size_t kMaxSize = 100'000;  ///< octets: STS takes no longer ones, not even in base64

  /// nullopt unless the text is a protocol Response in UTF-8 without a document type, at most kMaxDepth elements deep,
  /// whose IDs differ from each other; with one assertion at most, plain or encrypted, a child of the Response; and
  /// with signatures only as children of the Response and of the assertion, one each at most.
  static constexpr int kMaxDepth = 32;
  static std::optional<SamlResponse> Parse(std::string_view text);
  ~SamlResponse();
  SamlResponse(SamlResponse&&) noexcept;

  bool succeeded() const;  ///< its StatusCode is Success
  bool encrypted() const;  ///< it has an EncryptedAssertion
  /// Who the assertion says has issued it, or the response if the assertion is encrypted, without white space around;
  /// empty if nobody.
  const std::string& claimed_issuer() const;

  /// The canonical form of the assertion, or of the whole response if only that is signed: the very octets whose digest
  /// was compared, so that nothing that somebody moved, added or hid can be read instead. nullopt unless there is an
  /// assertion and a signature, and each signature
  /// - has one reference, to the ID of its own parent, with the transforms enveloped-signature and exclusive
  ///   canonicalisation without comments, in this order;
  /// - was made with RSA (PKCS #1, 1024 bits at least) or ECDSA and SHA-256, 384 or 512, by the key of one of
  ///   `certificates` (DER). Keys in the message count for nothing, nor do dates and issuers of certificates.
  /// An assertion that is encrypted for one of `private_keys` (PEM) is given as it was before; its own signature
  /// counts, or, if it has none, the response's.
  std::optional<std::string> verify(std::span<const std::string> certificates,
                                    std::span<const std::string> private_keys = {}) const;

 private:
  struct Impl;
  explicit SamlResponse(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::federation
