#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigv4/verify.h"

/// Why did this signature not match? After a mismatch, tries what clients are known to do wrong until one mistake, made
/// on purpose, yields the client's signature.
///
/// The answer is an oracle for whoever may ask: a server asks only for requests whose access key it knows, and not
/// without limit. It costs some hundreds of signature computations, about a millisecond, and only on failure.
namespace keymill::sigv4 {

/// A secret that may be tried. Labels appear in explanations; secrets never do.
struct KnownSecret {
  std::string_view label;  ///< for example "this user's deleted key AKIA..."
  std::string_view secret;
  std::string_view access_key_id{};  ///< SigV4A derives its key from both
};

/// One piece of what is signed, as it arrived and as the server hashed it.
struct Piece {
  std::string name, received, hashed;
};

struct Explanation {
  bool found = false;
  std::string_view hypothesis{};    ///< its name in the list below, for example "path-encoded-twice"
  std::string text{};               ///< one line for people
  std::string canonical_request{};  ///< what the client seems to have signed, when found
  std::string string_to_sign{};
  std::vector<Piece> pieces{};  ///< side by side, always
};

/// Everything that a version 4 signature is computed from, taken apart so that a hypothesis can change one thing.
struct Attempt {
  std::string method, path, query;
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case name, canonical value, in order
  std::string signed_headers, payload;
  std::string after_canonical{};  ///< text that the client wrongly appends
  bool blank_line = true;         ///< between headers and list
  enum class Hash { LowerHex, UpperHex, Raw } hash = Hash::LowerHex;
  std::string algorithm, date, scope;         ///< of the string to sign
  std::string fixed_text{};                   ///< POST and SigV2: the string to sign itself
  std::string access_key_id, secret, prefix;  ///< of the key
  std::string signature;                      ///< the client's, to be matched
  std::string key_date, key_region, key_service, key_terminator;

  std::string canonical_request() const;
  std::string string_to_sign() const;
};

/// What hypotheses may look at, and where they hand in their attempts.
class Trial {
 public:
  Trial(const Verifier& verifier, std::span<const KnownSecret> secrets, std::string_view body_sha256);

  /// True when `attempt` gives the client's signature; then `text` becomes the explanation.
  bool matches(const Attempt& attempt, std::string text);

  const Verifier& verifier;
  std::span<const KnownSecret> secrets;  ///< the first is the one that the request names
  std::string_view body_sha256;          ///< hex, empty when unknown
  Attempt base;                          ///< what the server computed

  Explanation result{};
};

/// A named mistake. To add one, write a function that tries it, and a row in the list.
struct Hypothesis {
  std::string_view name;
  bool (*run)(Trial& trial);
};

/// In order of trial: the first that matches is reported.
std::span<const Hypothesis> hypotheses();

/// Precondition: `verifier.verify` ended in SignatureMismatch and neither the request nor the claim has gone.
/// `secrets` starts with the secret of the access key that the request names. `body_sha256` in hex, if known.
Explanation explain(const Verifier& verifier, std::span<const KnownSecret> secrets, std::string_view body_sha256 = {});

}  // namespace keymill::sigv4
