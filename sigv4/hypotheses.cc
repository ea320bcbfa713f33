// The list of hypotheses, and those about keys, payload, method and the shape of the texts. Each function is one
// mistake that clients make. Every explanation says what the client did, then what it should do, and never shows a
// secret.
#include "sigv4/hypotheses.h"

#include <algorithm>
#include <array>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace hypothesis {

bool is_version4_request(const Trial& trial) {
  return trial.base.fixed_text.empty();
}

bool is_hmac(const Trial& trial) {
  return trial.verifier.claim().algorithm == Algorithm::HmacSha256;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

/// The canonical query as `name=value` texts.
std::vector<std::string> query_items(std::string_view query) {
  std::vector<std::string> items;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    items.emplace_back(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return items;
}

std::string joined(const std::vector<std::string>& items, std::string_view separator) {
  std::string text;
  for (const std::string& item : items) text.append(&item == items.data() ? "" : separator).append(item);
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string* header_of(Attempt& attempt, std::string_view name) {
  for (auto& [header, value] : attempt.headers) {
    if (header == name) return &value;
  }
  return nullptr;
}

bool try_header(Trial& trial, std::string_view name, std::string value, std::string_view text) {
  Attempt attempt = trial.base;
  std::string* slot = header_of(attempt, name);
  if (slot == nullptr || *slot == value) return false;
  *slot = std::move(value);
  return trial.matches(attempt, std::string(text));
}

// Which key.

bool another_secret(Trial& trial) {
  for (const KnownSecret& known : trial.secrets.subspan(1)) {
    Attempt attempt = trial.base;
    attempt.secret = known.secret;
    const std::string text = "signed with the secret of " + std::string(known.label) + ", not with that of " +
                             trial.base.access_key_id + ": id and secret must be of the same key";
    if (trial.matches(attempt, text)) return true;
    if (is_hmac(trial) || known.access_key_id.empty()) continue;
    attempt.access_key_id = known.access_key_id;
    if (trial.matches(attempt, text)) return true;
  }
  return false;
}

bool secret_with_white_space(Trial& trial) {
  const std::string& secret = trial.base.secret;
  const std::array<std::pair<std::string, std::string_view>, 9> variants = {{
      {secret + "\n", "a line feed after it"},
      {secret + "\r\n", "a line end after it"},
      {secret + "\r", "a carriage return after it"},
      {secret + " ", "a space after it"},
      {" " + secret, "a space before it"},
      {secret + "\t", "a tab after it"},
      {"\"" + secret + "\"", "double quotes around it"},
      {"'" + secret + "'", "single quotes around it"},
      {std::string(trim(secret)), "the white space around it left out"},
  }};
  for (const auto& [variant, what] : variants) {
    if (variant == secret) continue;
    Attempt attempt = trial.base;
    attempt.secret = variant;
    if (trial.matches(attempt, "the secret access key was used with " + std::string(what))) return true;
  }
  return false;
}

bool secret_url_encoded(Trial& trial) {
  Attempt attempt = trial.base;
  attempt.secret = uri_encode(trial.base.secret);
  if (attempt.secret != trial.base.secret &&
      trial.matches(attempt, "the secret access key was used URL-encoded: use it as it was issued")) {
    return true;
  }
  attempt.secret = uri_encode(trial.base.secret, Slash::Keep);
  if (attempt.secret != trial.base.secret &&
      trial.matches(attempt, "the secret access key was used URL-encoded: use it as it was issued")) {
    return true;
  }
  const auto decoded = percent_decode(trial.base.secret, true);
  if (!decoded || *decoded == trial.base.secret) return false;
  attempt.secret = *decoded;
  return trial.matches(attempt, "the secret access key was used URL-decoded: a '+' in it is not a space");
}

bool secret_without_prefix(Trial& trial) {
  Attempt attempt = trial.base;
  attempt.prefix.clear();
  return !trial.base.key_service.empty() &&
         trial.matches(attempt, "the key derivation started from the bare secret: it starts from \"" +
                                    trial.base.prefix + "\" followed by the secret");
}

// What of a form.

bool policy_not_as_sent(Trial& trial) {
  const Form form = trial.verifier.claim().form;
  if (form != Form::Post && form != Form::SigV2Post) return false;
  Attempt attempt = trial.base;
  if (auto json = base64_decode(trial.base.fixed_text)) {
    attempt.fixed_text = std::move(*json);
    if (trial.matches(attempt, "the policy was signed as JSON: what is signed is its base64 text")) return true;
  }
  for (const std::string_view end : {"\n", "\r\n"}) {
    attempt.fixed_text = trial.base.fixed_text + std::string(end);
    if (trial.matches(attempt, "the policy was signed with a line end after it that was not sent")) return true;
  }
  return false;
}

// Which derivation.

bool key_derived_for_another_date(Trial& trial) {
  if (!is_hmac(trial)) return false;
  const auto day = parse_iso_basic(trial.base.key_date + "T000000Z");
  const auto try_date = [&](std::string_view date, std::string_view text) {
    Attempt attempt = trial.base;
    attempt.key_date = date;
    return attempt.key_date != trial.base.key_date && trial.matches(attempt, std::string(text));
  };
  for (int days = 1; day && days <= 7; ++days) {
    for (const int sign : {-1, 1}) {
      const IsoBasic other = format_iso_basic(*day + sign * days * 86400);
      const std::string date(view(other).substr(0, 8));
      if (try_date(date, "the signing key was derived for " + date + " but the scope says " + trial.base.key_date +
                             ": a cached key must be renewed each UTC day")) {
        return true;
      }
    }
  }
  return try_date(trial.base.date,
                  "the signing key was derived from the whole timestamp: it takes the eight digits of the day");
}

constexpr std::array<std::string_view, 34> kRegions = {"us-east-1",      "us-east-2",
                                                       "us-west-1",      "us-west-2",
                                                       "eu-west-1",      "eu-west-2",
                                                       "eu-west-3",      "eu-central-1",
                                                       "eu-central-2",   "eu-north-1",
                                                       "eu-south-1",     "eu-south-2",
                                                       "ap-south-1",     "ap-south-2",
                                                       "ap-northeast-1", "ap-northeast-2",
                                                       "ap-northeast-3", "ap-southeast-1",
                                                       "ap-southeast-2", "ap-southeast-3",
                                                       "ap-southeast-4", "ap-east-1",
                                                       "ca-central-1",   "ca-west-1",
                                                       "sa-east-1",      "af-south-1",
                                                       "me-south-1",     "me-central-1",
                                                       "il-central-1",   "us-gov-west-1",
                                                       "us-gov-east-1",  "cn-north-1",
                                                       "aws-global",     "auto"};

bool key_derived_for_another_region(Trial& trial) {
  if (!is_hmac(trial)) return false;
  const auto try_region = [&](std::string_view region) {
    Attempt attempt = trial.base;
    attempt.key_region = region;
    return region != trial.base.key_region &&
           trial.matches(attempt, "the signing key was derived for region " + quoted(region) + " but the scope says " +
                                      quoted(trial.base.key_region));
  };
  if (try_region("") || try_region(trial.verifier.expectation().region)) return true;
  return std::any_of(kRegions.begin(), kRegions.end(), try_region);
}

bool key_derived_for_another_service(Trial& trial) {
  if (!is_hmac(trial)) return false;
  for (const std::string_view service :
       {"s3", "iam", "sts", "s3-express", "execute-api", "ec2", "AmazonS3", "S3", ""}) {
    Attempt attempt = trial.base;
    attempt.key_service = service;
    if (service != trial.base.key_service &&
        trial.matches(attempt, "the signing key was derived for service " + quoted(service) + " but the scope says " +
                                   quoted(trial.base.key_service))) {
      return true;
    }
  }
  return false;
}

bool scope_in_string_to_sign_differs(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  const Attempt& base = trial.base;
  const std::array<std::string, 4> scopes = {
      base.access_key_id + "/" + base.scope,
      base.key_date + "/" + base.key_service + "/" + base.key_region + "/aws4_request",
      base.key_date + "/" + base.key_region + "/" + base.key_service, base.scope + "/"};
  for (const std::string& scope : scopes) {
    Attempt attempt = base;
    attempt.scope = scope;
    if (trial.matches(attempt, "the third line of the string to sign was " + quoted(scope) + ": it is the scope " +
                                   quoted(base.scope))) {
      return true;
    }
  }
  Attempt attempt = base;
  attempt.date = base.key_date;
  if (trial.matches(attempt, "the second line of the string to sign was the day: it is the whole timestamp"))
    return true;
  for (const Header& header : trial.verifier.request().headers) {
    if (!equals_ignoring_case(header.name, "date")) continue;
    attempt.date = header.value;
    if (trial.matches(attempt, "the second line of the string to sign was the Date header: it is x-amz-date's value")) {
      return true;
    }
  }
  return false;
}

// The rest of the canonical request.

bool other_payload_hash(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  const auto try_payload = [&](std::string_view payload, std::string_view what) {
    Attempt attempt = trial.base;
    attempt.payload = payload;
    return !payload.empty() && payload != trial.base.payload &&
           trial.matches(attempt, "the last line of the canonical request was " + std::string(what) +
                                      ": the server hashed " + quoted(trial.base.payload));
  };
  std::string upper_hex = trial.base.payload;
  for (char& c : upper_hex) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c & ~0x20);
  }
  if (try_payload(kEmptySha256, "the hash of an empty body") || try_payload(kUnsignedPayload, "UNSIGNED-PAYLOAD") ||
      try_payload(trial.body_sha256, "the hash of the body that arrived") ||
      try_payload(upper_hex, "the payload hash in upper case") ||
      try_payload(lower(trial.base.payload), "the payload hash in lower case")) {
    return true;
  }
  for (const Header& header : trial.verifier.request().headers) {
    if (equals_ignoring_case(header.name, "x-amz-content-sha256") &&
        try_payload(header.value, "x-amz-content-sha256's value")) {
      return true;
    }
  }
  Attempt attempt = trial.base;
  attempt.payload.clear();
  return trial.matches(attempt, "the last line of the canonical request was empty: it is the payload hash");
}

bool other_method(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  for (const std::string_view method :
       {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "get", "head", "put", "post", "delete"}) {
    Attempt attempt = trial.base;
    attempt.method = method;
    if (method != trial.base.method &&
        trial.matches(attempt, "signed for method " + quoted(method) + " and sent as " + quoted(trial.base.method))) {
      return true;
    }
  }
  return false;
}

bool line_structure(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  Attempt attempt = trial.base;
  attempt.after_canonical = "\n";
  if (trial.matches(attempt, "the canonical request ended in a line feed: nothing follows the payload hash"))
    return true;
  attempt = trial.base;
  attempt.blank_line = false;
  return trial.matches(attempt,
                       "the empty line between headers and SignedHeaders is missing from the canonical request");
}

bool hash_form(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  Attempt attempt = trial.base;
  attempt.hash = Attempt::Hash::UpperHex;
  if (trial.matches(attempt, "the hash in the string to sign was in upper case: it is lower-case hex")) return true;
  attempt.hash = Attempt::Hash::Raw;
  return trial.matches(attempt, "the string to sign held the raw digest: it holds lower-case hex");
}

bool signature_form(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  Attempt attempt = trial.base;
  attempt.signature = lower(trial.base.signature);
  if (trial.matches(attempt, "the signature was sent in upper case: it is lower-case hex")) return true;
  const auto raw = base64_decode(trial.base.signature);
  if (!raw) return false;
  attempt.signature = hex({reinterpret_cast<const std::uint8_t*>(raw->data()), raw->size()});
  return trial.matches(attempt, "the signature was sent in base64: it is lower-case hex");
}

}  // namespace hypothesis

namespace {

using namespace hypothesis;

/// Most telling first, then cheapest first.
constexpr std::array kHypotheses = {
    Hypothesis{"other-secret", another_secret},
    Hypothesis{"secret-white-space", secret_with_white_space},
    Hypothesis{"secret-url-encoded", secret_url_encoded},
    Hypothesis{"secret-without-prefix", secret_without_prefix},
    Hypothesis{"policy-not-as-sent", policy_not_as_sent},
    Hypothesis{"path-encoded-twice", path_encoded_twice},
    Hypothesis{"path-encoded-once", path_encoded_once},
    Hypothesis{"path-not-encoded", path_not_encoded},
    Hypothesis{"path-as-sent", path_as_on_the_wire},
    Hypothesis{"escapes-in-lower-case", escapes_in_lower_case},
    Hypothesis{"path-slashes-encoded", path_slashes_encoded},
    Hypothesis{"path-normalized", path_normalized_or_not},
    Hypothesis{"path-trailing-slash", path_trailing_slash},
    Hypothesis{"bucket-in-host-or-path", bucket_in_host_against_path},
    Hypothesis{"query-plus-for-space", query_plus_for_space},
    Hypothesis{"query-unsorted", query_unsorted},
    Hypothesis{"query-not-encoded", query_not_encoded},
    Hypothesis{"query-without-equals", query_without_equals},
    Hypothesis{"query-parameter-added", query_parameter_added_after_signing},
    Hypothesis{"host-port", host_port},
    Hypothesis{"host-rewritten", host_rewritten},
    Hypothesis{"header-not-trimmed", header_not_trimmed},
    Hypothesis{"header-joined-otherwise", repeated_header_joined_otherwise},
    Hypothesis{"header-changed", header_changed_in_transit},
    Hypothesis{"header-dropped", header_dropped},
    Hypothesis{"header-order", header_list_in_another_order},
    Hypothesis{"payload-hash", other_payload_hash},
    Hypothesis{"method-changed", other_method},
    Hypothesis{"key-date", key_derived_for_another_date},
    Hypothesis{"key-region", key_derived_for_another_region},
    Hypothesis{"key-service", key_derived_for_another_service},
    Hypothesis{"scope-or-date-line", scope_in_string_to_sign_differs},
    Hypothesis{"line-structure", line_structure},
    Hypothesis{"hash-form", hash_form},
    Hypothesis{"signature-form", signature_form},
};

}  // namespace

std::span<const Hypothesis> hypotheses() {
  return kHypotheses;
}

}  // namespace keymill::sigv4
