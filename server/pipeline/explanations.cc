#include "server/pipeline/explanations.h"

#include <algorithm>

#include "server/log.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

void ReplaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

/// An explanation is read by others than the one who sent the request, and logged: a token must not stand in it,
/// neither as a header's value nor percent-encoded in a query.
void HideToken(sigv4::Explanation& explanation, std::string_view token) {
  if (token.empty()) return;
  constexpr std::string_view kInstead = "(session token)";
  for (const std::string& form : {std::string(token), sigv4::uri_encode(token)}) {
    for (auto* text : {&explanation.text, &explanation.canonical_request, &explanation.string_to_sign}) {
      ReplaceAll(*text, form, kInstead);
    }
    for (auto& piece : explanation.pieces) {
      ReplaceAll(piece.received, form, kInstead);
      ReplaceAll(piece.hashed, form, kInstead);
    }
  }
}

}  // namespace

bool Explanations::take_turn(store::Millis now) {
  std::lock_guard lock(mutex_);
  if (now > refilled_) {
    turns_ = std::min(kBurst, turns_ + static_cast<double>(now - refilled_) * kPerSecond / 1000);
  }
  refilled_ = now;
  if (turns_ < 1) return false;
  turns_ -= 1;
  return true;
}

std::optional<std::string> Explanations::explain(const sigv4::Verifier& verifier, const Identities& identities,
                                                 const Credential& credential, std::string_view request_id,
                                                 std::string_view body_sha256, store::Millis now) {
  if (!take_turn(now)) return std::nullopt;
  std::vector<std::string> labels;
  const auto relatives = identities.relatives(credential);
  for (const auto& relative : relatives) labels.push_back(relative.label);
  std::vector<sigv4::KnownSecret> secrets{{"the key itself", credential.secret, credential.identity.access_key_id}};
  for (std::size_t i = 0; i < relatives.size(); ++i) {
    secrets.push_back({labels[i], relatives[i].credential->secret, relatives[i].credential->identity.access_key_id});
  }
  auto explanation = sigv4::explain(verifier, secrets, body_sha256);
  HideToken(explanation, verifier.claim().session_token);
  auto line = explanation.found ? std::string(explanation.hypothesis) + ": " + explanation.text : explanation.text;
  log::Info("signature does not match", {{"request_id", std::string(request_id)},
                                         {"access_key_id", credential.identity.access_key_id},
                                         {"explanation", line}});
  std::lock_guard lock(mutex_);
  kept_[next_] = {std::string(request_id), credential.identity.account, credential.identity.access_key_id, now,
                  std::move(explanation)};
  next_ = (next_ + 1) % kKept;
  return line;
}

std::optional<StoredExplanation> Explanations::find(std::string_view request_id) const {
  std::lock_guard lock(mutex_);
  auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) { return kept.request_id == request_id; });
  if (request_id.empty() || found == kept_.end()) return std::nullopt;
  return *found;
}

}  // namespace keymill::pipeline
