#include "tools/bench_cases.h"

#include <memory>
#include <utility>

#include "sigv4/aws_chunked.h"
#include "sigv4/sign.h"
#include "sigv4/verify.h"

namespace keymill::tools {
namespace {

using namespace sigv4;

const Credentials kCredentials{"AKIAQKEYMILL0EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
constexpr std::int64_t kNow = 1440938160;
constexpr std::string_view kDate = "20150830";
constexpr std::size_t kChunk = 65536;

/// Keeps the compiler from leaving out work whose result nobody reads.
template <typename T>
void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

Signing s3_signing(Algorithm algorithm = Algorithm::HmacSha256) {
  return {.region = "us-east-1", .service = "s3", .time = kNow, .algorithm = algorithm};
}

Expectation s3_expectation() {
  return {.options = kS3, .service = "s3", .region = "us-east-1", .now = kNow};
}

/// A request in the form in which the server has it: parsed, owning its text.
struct Parsed {
  std::string method, path, query;
  std::vector<HeaderLine> lines;
  std::vector<Header> headers;

  RequestView view() {
    headers.clear();
    for (const HeaderLine& line : lines) headers.push_back({line.name, line.value});
    return {method, path, query, headers};
  }
};

/// What boto3 sends for get_object, in its order.
Parsed boto3_get_object(Algorithm algorithm = Algorithm::HmacSha256) {
  Parsed request{
      .method = "GET", .path = "/my-bucket/reports/2015/august.parquet", .query = "", .lines = {}, .headers = {}};
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
  Parsed request = boto3_get_object();
  request.lines = {{"Host", "localhost:5396"}};
  request.query = presign({.path = request.path, .headers = request.lines}, kCredentials, s3_signing(), 3600).query;
  return request;
}

/// The keys of one bench: one version, or a new one for each check, which makes the cache miss and changes nothing
/// else.
class Keys {
 public:
  explicit Keys(bool cached) {
    const std::uint64_t versions = cached ? 1 : 4096;
    for (std::uint64_t version = 1; version <= versions; ++version)
      keys_.emplace_back(kCredentials.secret_access_key, version);
  }
  const KeyMaterial& next() { return keys_[turn_++ % keys_.size()]; }

 private:
  std::vector<KeyMaterial> keys_;
  std::size_t turn_ = 0;
};

struct Bench {
  Bench(Parsed made, bool cached) : request(std::move(made)), view(request.view()), keys(cached) {
    accepted = !verifier.examine(view, expectation) && !verifier.verify(keys.next(), cache);
    canonical = verifier.canonical_request();
    text = verifier.string_to_sign();
  }

  bool verify_once() { return !verifier.examine(view, expectation) && !verifier.verify(keys.next(), cache); }

  Parsed request;
  RequestView view;
  Expectation expectation = s3_expectation();
  Keys keys;
  Verifier verifier;
  SigningKeyCache cache;
  bool accepted;
  std::string canonical, text;
};

HmacSha256Key derived(const KeyMaterial& key) {
  return derive_signing_key(key.aws4(), kDate, "us-east-1", "s3");
}

BenchCase request_case(std::string name, std::string title, Parsed request, bool cached) {
  auto bench = std::make_shared<Bench>(std::move(request), cached);
  auto verify = [bench](std::size_t rounds) {
    bool fine = bench->accepted;
    while (rounds-- > 0) fine = bench->verify_once() && fine;
    return fine;
  };
  // One SHA-256 of the canonical request and one HMAC of the string to sign, after four more for the key.
  auto bare = [bench, cached](std::size_t rounds) {
    const HmacSha256Key key = derived(bench->keys.next());
    while (rounds-- > 0) {
      keep(sha256(bench->canonical));
      keep(cached ? key.sign(bench->text) : derived(bench->keys.next()).sign(bench->text));
    }
    return bench->accepted;
  };
  return {std::move(name), std::move(title), verify, bare};
}

/// SigV4A: the bare work is the hash and one ECDSA verification, after the derivation of the key pair if it is not
/// kept.
BenchCase v4a_case(std::string name, std::string title, bool cached) {
  BenchCase made = request_case(std::move(name), std::move(title), boto3_get_object(Algorithm::EcdsaP256), cached);
  auto bench = std::make_shared<Bench>(boto3_get_object(Algorithm::EcdsaP256), cached);
  made.bare = [bench, cached](std::size_t rounds) {
    const auto scalar = *derive_p256_private_key(bench->keys.next().aws4a(), kCredentials.access_key_id);
    const auto key = *P256PublicKey::from_private(scalar);
    const std::string der = p256_sign(scalar, sha256(bench->text));
    bool fine = bench->accepted;
    while (rounds-- > 0) {
      keep(sha256(bench->canonical));
      if (cached) {
        fine = key.verify(sha256(bench->text), der) && fine;
      } else {
        const auto again = *derive_p256_private_key(bench->keys.next().aws4a(), kCredentials.access_key_id);
        fine = P256PublicKey::from_private(again)->verify(sha256(bench->text), der) && fine;
      }
    }
    return fine;
  };
  return made;
}

/// One signed 64 KiB chunk, header line and line end included. Each round decodes a body that starts with it.
BenchCase chunk_case(std::string name, std::string title, bool cached) {
  static const PayloadHash payload = *parse_payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  const SignRequest upload{
      .method = "PUT", .path = "/b/k", .headers = {{"Host", "h"}}, .payload = std::string(payload.text)};
  const SignedRequest made = sign(upload, kCredentials, s3_signing());
  Parsed request{.method = "PUT", .path = "/b/k", .query = "", .lines = upload.headers, .headers = {}};
  request.lines.insert(request.lines.end(), made.headers.begin(), made.headers.end());
  auto bench = std::make_shared<Bench>(std::move(request), cached);
  const std::string data(kChunk, 'x');
  auto wire =
      std::make_shared<const std::string>(ChunkedEncoder(payload, kCredentials, s3_signing(), made).chunk(data));
  auto verify = [bench, wire](std::size_t rounds) {
    bool fine = bench->accepted;
    while (rounds-- > 0) {
      ChunkedDecoder decoder(payload, kChunk, {}, ChunkSeed(bench->verifier, bench->keys.next(), bench->cache));
      std::string_view input = *wire;
      while (!input.empty() && decoder.reason() == Reason::None) input.remove_prefix(decoder.feed(input).consumed);
      fine = decoder.reason() == Reason::None && fine;
    }
    return fine;
  };
  auto bare = [bench, data, cached](std::size_t rounds) {
    const std::string text(284, 'x');  // a chunk's string to sign
    const HmacSha256Key key = derived(bench->keys.next());
    while (rounds-- > 0) {
      keep(sha256(data));
      keep(cached ? key.sign(text) : derived(bench->keys.next()).sign(text));
    }
    return bench->accepted;
  };
  return {std::move(name), std::move(title), verify, bare};
}

}  // namespace

std::vector<BenchCase> VerifyCases() {
  return {
      request_case("HeaderCached", "header (boto3 GetObject), cached key", boto3_get_object(), true),
      request_case("HeaderUncached", "header (boto3 GetObject), uncached key", boto3_get_object(), false),
      request_case("PresignedCached", "presigned, cached key", presigned_get_object(), true),
      request_case("PresignedUncached", "presigned, uncached key", presigned_get_object(), false),
      chunk_case("Chunk64KiBCached", "signed 64 KiB chunk, cached key", true),
      chunk_case("Chunk64KiBUncached", "signed 64 KiB chunk, uncached key", false),
      v4a_case("SigV4aCached", "SigV4A, cached key", true),
      v4a_case("SigV4aUncached", "SigV4A, uncached key", false),
  };
}

std::size_t CanonicalOctets() {
  return Bench(boto3_get_object(), true).canonical.size();
}

}  // namespace keymill::tools
