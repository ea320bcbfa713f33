// What a signature check costs, beside the hash work that it cannot do without: the "bare" benchmarks hash the same
// number of octets in the same pattern, in one loop, with nothing else. Compare within one run: the ratio travels from
// machine to machine, the nanoseconds do not.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sigv4/aws_chunked.h"
#include "sigv4/encoding.h"
#include "sigv4/sign.h"
#include "sigv4/verify.h"

namespace {

using namespace keymill::sigv4;

const Credentials kCredentials{"AKIAQKEYMILL0EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
const KeyMaterial kKey(kCredentials.secret_access_key, 1);
constexpr std::int64_t kNow = 1440938160;

Signing s3_signing(Algorithm algorithm = Algorithm::HmacSha256) {
  return {.region = "us-east-1", .service = "s3", .time = kNow, .algorithm = algorithm};
}

Expectation s3_expectation() {
  return {.options = kS3, .service = "s3", .region = "us-east-1", .now = kNow};
}

/// A request in the form in which the server has it: parsed, owning its text.
struct Parsed {
  std::string path, query;
  std::vector<HeaderLine> lines;
  std::vector<Header> headers;

  RequestView view() {
    headers.clear();
    for (const HeaderLine& line : lines) headers.push_back({line.name, line.value});
    return {"GET", path, query, headers};
  }
};

/// What boto3 sends for get_object, in its order.
Parsed boto3_get_object(Algorithm algorithm = Algorithm::HmacSha256) {
  Parsed request{.path = "/my-bucket/reports/2015/august.parquet", .query = "", .lines = {}, .headers = {}};
  const std::vector<HeaderLine> to_sign = {{"Host", "localhost:5396"}, {"x-amz-checksum-mode", "ENABLED"}};
  const SignedRequest made = sign({.path = request.path, .headers = to_sign}, kCredentials, s3_signing(algorithm));
  request.lines = {{"Host", "localhost:5396"},
                   {"Accept-Encoding", "identity"},
                   {"x-amz-checksum-mode", "ENABLED"},
                   {"User-Agent",
                    "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.2 "
                    "md/pyimpl#CPython m/b,Z,E,D cfg/retry-mode#standard Botocore/1.43.11"}};
  for (const HeaderLine& line : made.headers) request.lines.push_back(line);
  request.lines.push_back({"amz-sdk-invocation-id", "5d1b3e4f-6d2e-4a73-9c8b-0d3f0d1d9a10"});
  request.lines.push_back({"amz-sdk-request", "attempt=1"});
  return request;
}

Parsed presigned_get_object() {
  Parsed request{.path = "/my-bucket/reports/2015/august.parquet",
                 .query = "",
                 .lines = {{"Host", "localhost:5396"}},
                 .headers = {}};
  request.query = presign({.path = request.path, .headers = request.lines}, kCredentials, s3_signing(), 3600).query;
  return request;
}

void verify_in_loop(benchmark::State& state, Parsed request, bool cached) {
  const RequestView view = request.view();
  const Expectation expectation = s3_expectation();
  Verifier verifier;
  SigningKeyCache cache;
  // A new version for each check makes the cache miss without changing anything else.
  std::vector<KeyMaterial> keys;
  for (std::uint64_t version = 0; version < 4096; ++version) keys.emplace_back(kCredentials.secret_access_key, version);
  std::size_t turn = 0;
  for (auto _ : state) {
    const KeyMaterial& key = cached ? kKey : keys[turn++ % keys.size()];
    if (verifier.examine(view, expectation) || verifier.verify(key, cache)) state.SkipWithError("refused");
  }
  state.counters["canonical_octets"] = static_cast<double>(verifier.canonical_request().size());
}

/// One SHA-256 of the canonical request and one HMAC of the string to sign.
void bare_in_loop(benchmark::State& state, Parsed request, bool cached) {
  Verifier verifier;
  SigningKeyCache cache;
  if (verifier.examine(request.view(), s3_expectation()) || verifier.verify(kKey, cache))
    state.SkipWithError("refused");
  const std::string canonical(verifier.canonical_request());
  const std::string text(verifier.string_to_sign());
  const HmacSha256Key signing_key = derive_signing_key(kKey.aws4(), "20150830", "us-east-1", "s3");
  for (auto _ : state) {
    benchmark::DoNotOptimize(sha256(canonical));
    if (cached) {
      benchmark::DoNotOptimize(signing_key.sign(text));
    } else {
      benchmark::DoNotOptimize(derive_signing_key(kKey.aws4(), "20150830", "us-east-1", "s3").sign(text));
    }
  }
}

void HeaderCached(benchmark::State& state) {
  verify_in_loop(state, boto3_get_object(), true);
}
void HeaderCachedBare(benchmark::State& state) {
  bare_in_loop(state, boto3_get_object(), true);
}
void HeaderUncached(benchmark::State& state) {
  verify_in_loop(state, boto3_get_object(), false);
}
void HeaderUncachedBare(benchmark::State& state) {
  bare_in_loop(state, boto3_get_object(), false);
}
void PresignedCached(benchmark::State& state) {
  verify_in_loop(state, presigned_get_object(), true);
}
void PresignedCachedBare(benchmark::State& state) {
  bare_in_loop(state, presigned_get_object(), true);
}
void PresignedUncached(benchmark::State& state) {
  verify_in_loop(state, presigned_get_object(), false);
}
void PresignedUncachedBare(benchmark::State& state) {
  bare_in_loop(state, presigned_get_object(), false);
}

/// SigV4A: the bare work is the hash and one ECDSA verification with a ready key.
void SigV4aCached(benchmark::State& state) {
  verify_in_loop(state, boto3_get_object(Algorithm::EcdsaP256), true);
}
void SigV4aUncached(benchmark::State& state) {
  verify_in_loop(state, boto3_get_object(Algorithm::EcdsaP256), false);
}
void SigV4aCachedBare(benchmark::State& state) {
  const std::string text(500, 'x');
  const auto scalar = *derive_p256_private_key(kKey.aws4a(), kCredentials.access_key_id);
  const auto key = *P256PublicKey::from_private(scalar);
  const std::string der = p256_sign(scalar, sha256(text));
  for (auto _ : state) {
    if (!key.verify(sha256(text), der)) state.SkipWithError("refused");
  }
}

constexpr std::size_t kChunk = 65536;

/// One signed 64 KiB chunk, header line and line end included. Each round decodes a body that starts with it.
void Chunk64KiB(benchmark::State& state) {
  const PayloadHash payload = *parse_payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  const SignRequest request{
      .method = "PUT", .path = "/b/k", .headers = {{"Host", "h"}}, .payload = std::string(payload.text)};
  const SignedRequest made = sign(request, kCredentials, s3_signing());
  std::vector<Header> headers = {{"Host", "h"}};
  for (const HeaderLine& line : made.headers) headers.push_back({line.name, line.value});
  Verifier verifier;
  SigningKeyCache cache;
  if (verifier.examine({"PUT", "/b/k", "", headers}, s3_expectation()) || verifier.verify(kKey, cache)) {
    state.SkipWithError("refused");
    return;
  }
  const std::string wire = ChunkedEncoder(payload, kCredentials, s3_signing(), made).chunk(std::string(kChunk, 'x'));
  for (auto _ : state) {
    ChunkedDecoder decoder(payload, kChunk, {}, ChunkSeed(verifier, kKey, cache));
    std::string_view input = wire;
    while (!input.empty() && decoder.reason() == Reason::None) input.remove_prefix(decoder.feed(input).consumed);
    if (decoder.reason() != Reason::None) state.SkipWithError("refused");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kChunk));
}

void Chunk64KiBBare(benchmark::State& state) {
  const std::string data(kChunk, 'x');
  const std::string text(284, 'x');
  const HmacSha256Key key = derive_signing_key(kKey.aws4(), "20150830", "us-east-1", "s3");
  for (auto _ : state) {
    benchmark::DoNotOptimize(sha256(data));
    benchmark::DoNotOptimize(key.sign(text));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kChunk));
}

BENCHMARK(HeaderCached);
BENCHMARK(HeaderCachedBare);
BENCHMARK(HeaderUncached);
BENCHMARK(HeaderUncachedBare);
BENCHMARK(PresignedCached);
BENCHMARK(PresignedCachedBare);
BENCHMARK(PresignedUncached);
BENCHMARK(PresignedUncachedBare);
BENCHMARK(Chunk64KiB);
BENCHMARK(Chunk64KiBBare);
BENCHMARK(SigV4aCached);
BENCHMARK(SigV4aUncached);
BENCHMARK(SigV4aCachedBare);

}  // namespace

BENCHMARK_MAIN();
