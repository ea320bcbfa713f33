#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/pipeline/identities.h"
#include "sigv4/explain.h"
#include "store/records.h"

namespace keymill::pipeline {

/// Why a signature did not match, kept for whoever asks after the request by its id.
struct StoredExplanation {
  std::string request_id;
  std::string account;  ///< of the access key: only this account may read it
  std::string access_key_id;
  store::Millis time = 0;
  sigv4::Explanation explanation;
};

/// Explains failed signatures of keys that exist, and remembers the last few hundred explanations. A diagnosis costs
/// about a millisecond and tells something about secrets, so there are only so many a second. Any thread.
class Explanations {
 public:
  /// Precondition: `verifier.verify()` has just ended in SignatureMismatch for `credential`. One line for the client
  /// and the log, without secrets; nullopt if there have been too many lately.
  std::optional<std::string> explain(const sigv4::Verifier& verifier, const Identities& identities,
                                     const Credential& credential, std::string_view request_id,
                                     std::string_view body_sha256, store::Millis now);

  std::optional<StoredExplanation> find(std::string_view request_id) const;

 private:
  static constexpr std::size_t kKept = 256;
  static constexpr double kPerSecond = 20, kBurst = 50;

  bool take_turn(store::Millis now);

  mutable std::mutex mutex_;
  std::array<StoredExplanation, kKept> kept_;
  std::size_t next_ = 0;
  double turns_ = kBurst;
  store::Millis refilled_ = 0;
};

}  // namespace keymill::pipeline
