#include "sigv4/explain.h"

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// The canonical request taken apart again. Header values hold no line feeds once canonical.
void take_apart(std::string_view canonical, Attempt& attempt) {
  attempt.method = take_line(canonical);
  attempt.path = take_line(canonical);
  attempt.query = take_line(canonical);
  for (std::string_view line = take_line(canonical); !line.empty(); line = take_line(canonical)) {
    const std::size_t colon = line.find(':');
    attempt.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  attempt.signed_headers = take_line(canonical);
  attempt.payload = canonical;
}

std::string_view as_text(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

HmacSha256Key next_key(const HmacSha256Key& key, std::string_view message) {
  return HmacSha256Key(as_text(key.sign(message)));
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
  }
  return text;
}

std::vector<Piece> side_by_side(const Verifier& verifier, const Attempt& base) {
  const RequestView& request = verifier.request();
  const Claim& claim = verifier.claim();
  if (!base.fixed_text.empty()) return {{"string to sign", {}, base.fixed_text}};
  std::vector<Piece> pieces = {{"method", std::string(request.method), base.method},
                               {"path", std::string(request.raw_path), base.path},
                               {"query", std::string(request.raw_query), base.query}};
  for (const auto& [header_name, value] : base.headers) {
    std::string received;
    for (const Header& header : request.headers) {
      if (!equals_ignoring_case(header.name, header_name)) continue;
      received.append(received.empty() ? "" : " | ").append(header.value);
    }
    // A session token is a credential: it is named, not shown.
    const bool token = header_name == "x-amz-security-token";
    pieces.push_back({"header " + header_name, token ? "(a session token)" : received, token ? "(the same)" : value});
  }
  pieces.push_back({"signed headers", std::string(claim.signed_headers), base.signed_headers});
  pieces.push_back({"payload", std::string(claim.payload.text), base.payload});
  pieces.push_back({"date", std::string(claim.date), base.date});
  pieces.push_back({"scope", std::string(claim.scope.text), base.scope});
  return pieces;
}

}  // namespace

std::string Attempt::canonical_request() const {
  std::string text = method + "\n" + path + "\n" + query + "\n";
  for (const auto& [header_name, value] : headers) text.append(header_name).append(":").append(value).append("\n");
  if (blank_line) text += "\n";
  return text + signed_headers + "\n" + payload + after_canonical;
}

std::string Attempt::string_to_sign() const {
  if (!fixed_text.empty()) return fixed_text;
  const Sha256Digest digest = sha256(canonical_request());
  std::string text = algorithm + "\n" + date + "\n" + scope + "\n";
  switch (hash) {
    case Hash::LowerHex:
      return text + hex(digest);
    case Hash::UpperHex:
      return text + upper(hex(digest));
    case Hash::Raw:
      return text.append(as_text(digest));
  }
  return text;
}

Trial::Trial(const Verifier& verifier_in, std::span<const KnownSecret> secrets_in, std::string_view body)
    : verifier(verifier_in), secrets(secrets_in), body_sha256(body) {
  const Claim& claim = verifier.claim();
  if (claim.form == Form::Header || claim.form == Form::Query) {
    take_apart(verifier.canonical_request(), base);
  } else {
    base.fixed_text = verifier.string_to_sign();
  }
  base.algorithm = claim.algorithm == Algorithm::EcdsaP256 ? kEcdsaP256Name : kHmacSha256Name;
  base.date = view(claim.iso_date);
  base.scope = claim.scope.text;
  base.signature = claim.signature;
  base.access_key_id = claim.access_key_id;
  if (!secrets.empty()) base.secret = secrets.front().secret;
  base.prefix = claim.algorithm == Algorithm::EcdsaP256 ? "AWS4A" : "AWS4";
  base.key_date = claim.scope.date;
  base.key_region = claim.scope.region;
  base.key_service = claim.scope.service;
  base.key_terminator = claim.scope.terminator;
}

bool Trial::matches(const Attempt& attempt, std::string text) {
  const Claim& claim = verifier.claim();
  const std::string string_to_sign = attempt.string_to_sign();
  bool found = false;
  switch (claim.algorithm) {
    case Algorithm::HmacSha256: {
      HmacSha256Key key(attempt.secret, attempt.prefix);
      for (const std::string* part : {&attempt.key_date, &attempt.key_region, &attempt.key_service}) {
        key = next_key(key, *part);
      }
      found = hmac_matches(next_key(key, attempt.key_terminator), string_to_sign, attempt.signature);
      break;
    }
    case Algorithm::EcdsaP256: {
      auto scalar = derive_p256_private_key(HmacSha256Key(attempt.secret, attempt.prefix), attempt.access_key_id);
      const auto key = scalar ? P256PublicKey::from_private(*scalar) : std::nullopt;
      found = p256_matches(key ? &*key : nullptr, string_to_sign, attempt.signature);
      break;
    }
    case Algorithm::HmacSha1: {
      const Sha1Digest digest = HmacSha1Key(attempt.secret).sign(string_to_sign);
      const auto sent = base64_decode(attempt.signature);
      found = sent && equal_constant_time(*sent, {reinterpret_cast<const char*>(digest.data()), digest.size()});
      break;
    }
  }
  if (!found) return false;
  result.found = true;
  result.text = std::move(text);
  result.string_to_sign = string_to_sign;
  if (attempt.fixed_text.empty()) result.canonical_request = attempt.canonical_request();
  return true;
}

Explanation explain(const Verifier& verifier, std::span<const KnownSecret> secrets, std::string_view body_sha256) {
  Trial trial(verifier, secrets, body_sha256);
  trial.result.pieces = side_by_side(verifier, trial.base);
  for (const Hypothesis& hypothesis : hypotheses()) {
    if (secrets.empty() || !hypothesis.run(trial)) continue;
    trial.result.hypothesis = hypothesis.name;
    break;
  }
  if (!trial.result.found) {
    trial.result.text =
        "no known mistake gives this signature; most likely the secret access key is another one, or the "
        "client signed a different request: compare the pieces";
  }
  return std::move(trial.result);
}

}  // namespace keymill::sigv4
