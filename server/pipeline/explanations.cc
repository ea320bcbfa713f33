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

template <class Function>
void ForEachText(sigv4::Explanation& explanation, Function&& apply) {
  apply(explanation.text);
  apply(explanation.canonical_request);
  apply(explanation.string_to_sign);
  for (auto& piece : explanation.pieces) {
    apply(piece.received);
    apply(piece.hashed);
  }
}

/// An explanation is read by others than the one who sent the request, and logged: a secret must not stand in it,
/// neither as a header's value nor percent-encoded in a query.
void Hide(sigv4::Explanation& explanation, std::string_view secret, std::string_view instead) {
  if (secret.empty()) return;
  for (const std::string& form : {std::string(secret), sigv4::uri_encode(secret)}) {
    ForEachText(explanation, [&](std::string& text) { ReplaceAll(text, form, instead); });
  }
}

/// Of SSE-C, and of a copy's source.
constexpr std::string_view kCustomerKey = "server-side-encryption-customer-key";
constexpr std::string_view kInsteadOfKey = "(customer's key)";

/// A query's parameter goes by its name: in a wrong signature its value may be encoded in any way.
void HideParameter(std::string& text) {
  const std::string lower = sigv4::lower(text);
  const std::string name = std::string(kCustomerKey) + "=";
  std::string shown;
  std::size_t done = 0;
  for (auto at = lower.find(name); at != std::string::npos; at = lower.find(name, done)) {
    at += name.size();
    shown.append(text, done, at - done).append(kInsteadOfKey);
    done = std::min(text.find_first_of("& \n", at), text.size());
  }
  if (done > 0) text = shown.append(text, done);
}

void HideCustomerKeys(sigv4::Explanation& explanation, const sigv4::RequestView& request) {
  for (const auto& header : request.headers) {
    if (sigv4::lower(header.name).ends_with(kCustomerKey)) Hide(explanation, header.value, kInsteadOfKey);
  }
  ForEachText(explanation, HideParameter);
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
  Hide(explanation, verifier.claim().session_token, "(session token)");
  HideCustomerKeys(explanation, verifier.request());
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
