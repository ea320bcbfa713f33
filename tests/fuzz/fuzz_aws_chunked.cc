// The chunk decoder: however the body is cut, the same data and the same verdict come out, and never more data than was
// announced.
#include <optional>
#include <string>

#include "sigv4/aws_chunked.h"
#include "tests/fuzz/fuzz_sigv4.h"

using namespace keymill::sigv4;

namespace {

struct Outcome {
  std::string data;
  Reason reason;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(ChunkedDecoder decoder, std::string_view body, std::size_t step) {
  Outcome outcome{};
  while (!body.empty() && decoder.reason() == Reason::None) {
    std::string_view input = body.substr(0, step);
    body.remove_prefix(input.size());
    while (!input.empty() && decoder.reason() == Reason::None) {
      const auto [data, consumed] = decoder.feed(input);
      fuzz::require(consumed > 0 || decoder.reason() != Reason::None);
      outcome.data += data;
      input.remove_prefix(consumed);
    }
  }
  outcome.reason = decoder.finish();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t length = input.octet();
  const std::size_t step = input.octet() % 32 + 1u;
  const std::string_view trailer = input.piece();
  const auto unsigned_trailer = *parse_payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  const Outcome whole = decode({unsigned_trailer, length, trailer}, input.rest(), size + 1);
  const Outcome pieces = decode({unsigned_trailer, length, trailer}, input.rest(), step);
  fuzz::require(whole == pieces);
  fuzz::require(whole.data.size() <= length);

  // Signed: the seed is that of a request made here, so that the signatures of the corpus can be right.
  static const Credentials credentials{"AKIDEXAMPLE", "secret"};
  static const KeyMaterial key("secret", 1);
  static SigningKeyCache cache;
  static Verifier verifier;
  static const auto signed_payload = *parse_payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
  static const SignRequest request{
      .method = "PUT", .path = "/b/k", .headers = {{"Host", "h"}}, .payload = std::string(signed_payload.text)};
  static const SignedRequest made =
      sign(request, credentials, {.region = "us-east-1", .service = "s3", .time = 1440938160});
  std::vector<Header> headers = {{"Host", "h"}};
  for (const HeaderLine& line : made.headers) headers.push_back({line.name, line.value});
  fuzz::require(!verifier.examine({"PUT", "/b/k", "", headers}, {.options = kS3, .service = "s3", .now = 1440938160}));
  fuzz::require(!verifier.verify(key, cache));
  const Outcome checked =
      decode({signed_payload, length, trailer, ChunkSeed(verifier, key, cache)}, input.rest(), step);
  fuzz::require(checked.data.size() <= length);
  return 0;
}
