#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sigv4/encoding.h"
#include "sigv4/sign.h"
#include "sigv4/verify.h"

namespace keymill::sigv4::test {

inline const Credentials kAlice{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
inline constexpr std::int64_t kNow = 1440938160;  // 20150830T123600Z
inline const KeyMaterial kAliceKey(kAlice.secret_access_key, 1);

/// A request that owns its text, as a client sends it.
struct Message {
  std::string method = "GET";
  std::string path = "/bucket/key";
  std::string query{};
  std::vector<HeaderLine> headers = {{"Host", "s3.amazonaws.com"}};

  std::vector<Header> views{};

  RequestView view() {
    views.clear();
    for (const HeaderLine& line : headers) views.push_back({line.name, line.value});
    return {method, path, query, views};
  }
  std::string& header(std::string_view name) {
    for (HeaderLine& line : headers) {
      if (equals_ignoring_case(line.name, name)) return line.value;
    }
    return headers.emplace_back(HeaderLine{std::string(name), ""}).value;
  }
  void drop(std::string_view name) {
    std::erase_if(headers, [&](const HeaderLine& line) { return equals_ignoring_case(line.name, name); });
  }
  SignRequest to_sign(std::string payload = {}) const { return {method, path, query, headers, std::move(payload)}; }
};

inline Signing s3_signing() {
  return {.region = "us-east-1", .service = "s3", .time = kNow};
}
inline Signing sts_signing() {
  return {.region = "us-east-1", .service = "sts", .time = kNow, .options = kService};
}

inline Expectation s3_expectation() {
  return {.options = kS3, .service = "s3", .region = "us-east-1", .now = kNow};
}
inline Expectation sts_expectation() {
  return {.options = kService, .service = "sts", .region = "us-east-1", .now = kNow};
}

inline Message signed_message(Message message, const Signing& signing, const Credentials& credentials = kAlice,
                              std::string payload = {}) {
  SignedRequest made = sign(message.to_sign(std::move(payload)), credentials, signing);
  for (HeaderLine& line : made.headers) message.headers.push_back(std::move(line));
  return message;
}

inline Message presigned_message(Message message, const Signing& signing, std::int64_t expires = 3600,
                                 const Credentials& credentials = kAlice) {
  message.query = presign(message.to_sign(), credentials, signing, expires).query;
  return message;
}

/// Both stages, by a server that knows Alice's key only: the id itself is not part of what is signed.
inline Failure check(Verifier& verifier, Message& message, const Expectation& expectation) {
  SigningKeyCache cache;
  if (const Failure& failure = verifier.examine(message.view(), expectation)) return failure;
  if (verifier.claim().form != Form::Anonymous && verifier.claim().access_key_id != kAlice.access_key_id) {
    return {.reason = Reason::CredentialMalformed};
  }
  return verifier.verify(kAliceKey, cache);
}

inline void replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

}  // namespace keymill::sigv4::test
