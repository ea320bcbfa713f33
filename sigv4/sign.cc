#include "sigv4/sign.h"

#include <algorithm>
#include <array>

#include "sigv4/encoding.h"
#include "sigv4/signing_key.h"
#include "sigv4/sigv2.h"
#include "sigv4/verify.h"

namespace keymill::sigv4 {
namespace {

constexpr std::array<std::string_view, 13> kNeverSigned = {
    "authorization", "connection",        "expect",  "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
    "trailer",       "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",    "accept-encoding"};

std::string_view algorithm_name(Algorithm algorithm) {
  return algorithm == Algorithm::EcdsaP256 ? kEcdsaP256Name : kHmacSha256Name;
}

std::vector<Header> views_of(const std::vector<HeaderLine>& lines) {
  std::vector<Header> headers;
  for (const HeaderLine& line : lines) headers.push_back({line.name, line.value});
  return headers;
}

std::string signed_names(const std::vector<HeaderLine>& lines) {
  std::vector<std::string> names;
  for (const HeaderLine& line : lines) {
    std::string name = lower(line.name);
    if (std::find(kNeverSigned.begin(), kNeverSigned.end(), name) == kNeverSigned.end()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string list;
  for (const std::string& name : names) list.append(list.empty() ? "" : ";").append(name);
  return list;
}

/// Canonical request, string to sign and signature over the request as it will be sent.
void complete(SignedRequest& result, const SignRequest& request, const std::vector<HeaderLine>& lines,
              std::string_view raw_query, std::string_view names, std::string_view payload, bool presigned,
              const Credentials& credentials, const Signing& signing) {
  const std::vector<Header> headers = views_of(lines);
  CanonicalQuery query;
  query.parse(raw_query);
  SignedHeaders signed_headers;
  signed_headers.assign(names);
  signed_headers.bind(headers);
  TextBuffer canonical, string_to_sign;
  write_canonical_request(canonical, {.method = request.method,
                                      .raw_path = request.path,
                                      .query = query,
                                      .headers = signed_headers,
                                      .payload = payload,
                                      .options = signing.options,
                                      .presigned = presigned});
  write_string_to_sign(string_to_sign, algorithm_name(signing.algorithm), view(format_iso_basic(signing.time)),
                       result.scope, canonical.view());
  result.canonical_request = canonical.view();
  result.string_to_sign = string_to_sign.view();
  result.signature = sign_text(result.string_to_sign, credentials, signing);
}

std::string base64_hmac_sha1(std::string_view text, const Credentials& credentials) {
  const Sha1Digest digest = HmacSha1Key(credentials.secret_access_key).sign(text);
  return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

void append_parameter(std::string& query, std::string_view name, std::string_view value) {
  query.append(query.empty() ? "" : "&").append(name).append("=").append(uri_encode(value));
}

}  // namespace

std::string scope_of(const Signing& signing) {
  std::string scope(view(format_iso_basic(signing.time)).substr(0, 8));
  if (signing.algorithm == Algorithm::HmacSha256) scope.append("/").append(signing.region);
  return scope.append("/").append(signing.service).append("/aws4_request");
}

std::string sign_text(std::string_view text, const Credentials& credentials, const Signing& signing) {
  if (signing.algorithm == Algorithm::EcdsaP256) {
    const auto scalar =
        derive_p256_private_key(HmacSha256Key(credentials.secret_access_key, "AWS4A"), credentials.access_key_id);
    const std::string der = scalar ? p256_sign(*scalar, sha256(text)) : std::string();
    return hex({reinterpret_cast<const std::uint8_t*>(der.data()), der.size()});
  }
  const IsoBasic time = format_iso_basic(signing.time);
  const HmacSha256Key key = derive_signing_key(HmacSha256Key(credentials.secret_access_key, "AWS4"),
                                               view(time).substr(0, 8), signing.region, signing.service);
  return hex(key.sign(text));
}

SignedRequest sign(const SignRequest& request, const Credentials& credentials, const Signing& signing) {
  SignedRequest result;
  result.query = request.query;
  result.scope = scope_of(signing);
  const std::string payload = request.payload.empty() ? std::string(kEmptySha256) : request.payload;
  result.headers.push_back({"X-Amz-Date", std::string(view(format_iso_basic(signing.time)))});
  if (signing.options.payload_from_header) result.headers.push_back({"X-Amz-Content-Sha256", payload});
  if (!credentials.session_token.empty()) result.headers.push_back({"X-Amz-Security-Token", credentials.session_token});
  if (signing.algorithm == Algorithm::EcdsaP256) result.headers.push_back({"X-Amz-Region-Set", signing.region});

  std::vector<HeaderLine> lines = request.headers;
  lines.insert(lines.end(), result.headers.begin(), result.headers.end());
  const std::string names = signed_names(lines);
  complete(result, request, lines, request.query, names, payload, false, credentials, signing);
  result.headers.push_back({"Authorization", std::string(algorithm_name(signing.algorithm)) +
                                                 " Credential=" + credentials.access_key_id + "/" + result.scope +
                                                 ", SignedHeaders=" + names + ", Signature=" + result.signature});
  return result;
}

SignedRequest presign(const SignRequest& request, const Credentials& credentials, const Signing& signing,
                      std::int64_t expires) {
  SignedRequest result;
  result.scope = scope_of(signing);
  const std::string names = signed_names(request.headers);
  result.query = request.query;
  append_parameter(result.query, "X-Amz-Algorithm", algorithm_name(signing.algorithm));
  append_parameter(result.query, "X-Amz-Credential", credentials.access_key_id + "/" + result.scope);
  append_parameter(result.query, "X-Amz-Date", view(format_iso_basic(signing.time)));
  append_parameter(result.query, "X-Amz-Expires", std::to_string(expires));
  append_parameter(result.query, "X-Amz-SignedHeaders", names);
  if (signing.algorithm == Algorithm::EcdsaP256) append_parameter(result.query, "X-Amz-Region-Set", signing.region);
  if (!credentials.session_token.empty()) {
    append_parameter(result.query, "X-Amz-Security-Token", credentials.session_token);
  }
  const bool s3 = signing.options.payload_from_header;
  std::string payload = request.payload;
  if (payload.empty()) payload = s3 ? kUnsignedPayload : kEmptySha256;
  if (s3 && payload != kUnsignedPayload) append_parameter(result.query, "X-Amz-Content-Sha256", payload);
  complete(result, request, request.headers, result.query, names, payload, true, credentials, signing);
  append_parameter(result.query, "X-Amz-Signature", result.signature);
  return result;
}

std::vector<HeaderLine> sign_post_policy(std::string_view policy_json, const Credentials& credentials,
                                         const Signing& signing) {
  const std::string policy = base64_encode(policy_json);
  std::vector<HeaderLine> fields = {
      {"X-Amz-Algorithm", std::string(kHmacSha256Name)},
      {"X-Amz-Credential", credentials.access_key_id + "/" + scope_of(signing)},
      {"X-Amz-Date", std::string(view(format_iso_basic(signing.time)))},
  };
  if (!credentials.session_token.empty()) fields.push_back({"x-amz-security-token", credentials.session_token});
  fields.push_back({"policy", policy});
  fields.push_back({"X-Amz-Signature", sign_text(policy, credentials, signing)});
  return fields;
}

SignedRequest sign_v2(const SignRequest& request, const Credentials& credentials, std::string_view virtual_bucket) {
  SignedRequest result;
  result.query = request.query;
  if (!credentials.session_token.empty()) result.headers.push_back({"x-amz-security-token", credentials.session_token});
  std::vector<HeaderLine> lines = request.headers;
  lines.insert(lines.end(), result.headers.begin(), result.headers.end());
  const std::vector<Header> headers = views_of(lines);
  CanonicalQuery query;
  query.parse(request.query);
  TextBuffer text;
  write_sigv2_string_to_sign(text, {.request = {request.method, request.path, request.query, headers},
                                    .query = query,
                                    .virtual_bucket = virtual_bucket});
  result.string_to_sign = text.view();
  result.signature = base64_hmac_sha1(text.view(), credentials);
  result.headers.push_back({"Authorization", "AWS " + credentials.access_key_id + ":" + result.signature});
  return result;
}

SignedRequest presign_v2(const SignRequest& request, const Credentials& credentials, std::int64_t expires_at,
                         std::string_view virtual_bucket) {
  SignedRequest result;
  result.query = request.query;
  if (!credentials.session_token.empty()) {
    append_parameter(result.query, "x-amz-security-token", credentials.session_token);
  }
  const std::string expires = std::to_string(expires_at);
  const std::vector<Header> headers = views_of(request.headers);
  CanonicalQuery query;
  query.parse(result.query);
  TextBuffer text;
  write_sigv2_string_to_sign(text, {.request = {request.method, request.path, result.query, headers},
                                    .query = query,
                                    .virtual_bucket = virtual_bucket,
                                    .in_query = true,
                                    .expires = expires});
  result.string_to_sign = text.view();
  result.signature = base64_hmac_sha1(text.view(), credentials);
  append_parameter(result.query, "AWSAccessKeyId", credentials.access_key_id);
  append_parameter(result.query, "Signature", result.signature);
  append_parameter(result.query, "Expires", expires);
  return result;
}

}  // namespace keymill::sigv4
