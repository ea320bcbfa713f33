#include "sigv4/aws_chunked.h"
#include "tests/server/refusal_matrix.h"

// aws-chunked bodies (aws-facts A7), of every kind, within a Content-Length and within HTTP chunks.

namespace keymill::test {
namespace {

constexpr const char* kHmac = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr const char* kHmacTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr const char* kEcdsa = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD";
constexpr const char* kEcdsaTrailer = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER";
constexpr const char* kUnsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
constexpr const char* kCrc = "x-amz-checksum-crc32";
constexpr const char* kIncomplete = "The request body terminated unexpectedly";
constexpr const char* kBadTrailer =
    "The request contained trailing data that was not well-formed or did not conform to our published schema.";
const std::vector<std::string_view> kDiagnosis = {"AWSAccessKeyId",    "StringToSign",     "SignatureProvided",
                                                  "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes"};

struct Upload {
  std::string kind = kHmac;
  std::string data = std::string(20'000, 'a');
  std::size_t chunk = 8192;
  std::string declared{};                     ///< x-amz-trailer, if any
  std::vector<sigv4::HeaderLine> trailers{};  ///< as sent
  std::string length = std::to_string(data.size());
  std::vector<sigv4::HeaderLine> headers{};

  Wire wire(const World& w) const {
    Draft draft(w);
    draft.request.method = "PUT";
    draft.request.payload = kind;
    if (kind.find("ECDSA") != std::string::npos) draft.signing.algorithm = sigv4::Algorithm::EcdsaP256;
    auto& lines = draft.request.headers;
    if (!length.empty()) lines.push_back({"x-amz-decoded-content-length", length});
    if (!declared.empty()) lines.push_back({"x-amz-trailer", declared});
    lines.insert(lines.end(), headers.begin(), headers.end());
    const auto made = sigv4::sign(draft.request, draft.credentials, draft.signing);
    sigv4::ChunkedEncoder encoder(*sigv4::parse_payload_hash(kind), draft.credentials, draft.signing, made);
    for (std::size_t at = 0; at < data.size(); at += chunk) {
      draft.body += encoder.chunk(std::string_view(data).substr(at, chunk));
    }
    draft.body += encoder.last(trailers);
    return draft.wire({}, made.headers);
  }
};

/// The body with one text, from its end, exchanged.
Wire Spoilt(Wire wire, std::string_view from, std::string_view to) {
  const auto at = wire.body.rfind(from);
  if (at == std::string::npos) throw std::logic_error("no such text in the body");
  wire.body.replace(at, from.size(), to);
  return wire;
}
Wire Tampered(Wire wire) {
  wire.body[wire.body.find("aaaa")] = 'b';
  return wire;
}
Wire InHttpChunks(Wire wire) {
  wire.http_chunks = true;
  return wire;
}
Wire FalseSignature(Wire wire, std::string_view name) {
  auto& digit = wire.body[wire.body.rfind(name) + name.size() + 10];
  digit = digit == '0' ? '1' : '0';
  return wire;
}
Upload Trailing(const char* kind) {
  return {.kind = kind, .data = "hello", .declared = kCrc, .trailers = {{kCrc, "NhCmhg=="}}};
}

const std::vector<Refusal> kRows = {
    {"a changed chunk", [](const World& w) { return Tampered(Upload{}.wire(w)); }, 403, "SignatureDoesNotMatch",
     kAnyMessage, kDiagnosis},
    {"a changed chunk, in HTTP chunks", [](const World& w) { return InHttpChunks(Tampered(Upload{}.wire(w))); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"a false signature of the last chunk",
     [](const World& w) { return FalseSignature(Upload{}.wire(w), "chunk-signature="); }, 403, "SignatureDoesNotMatch",
     kAnyMessage, kDiagnosis},
    {"SigV4A, a changed chunk", [](const World& w) { return Tampered(Upload{.kind = kEcdsa}.wire(w)); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"SigV4A, a false signature of the last chunk",
     [](const World& w) { return FalseSignature(Upload{.kind = kEcdsa}.wire(w), "chunk-signature="); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"SigV4A, a false trailer signature",
     [](const World& w) { return FalseSignature(Trailing(kEcdsaTrailer).wire(w), "x-amz-trailer-signature:"); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"SigV4A, a changed trailer",
     [](const World& w) { return Spoilt(Trailing(kEcdsaTrailer).wire(w), "NhCmhg", "MhCmhg"); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"SigV4A chunks announced under version 4",
     [](const World& w) {
       Draft draft(w);
       draft.request.method = "PUT";
       draft.request.payload = kEcdsa;
       return draft.sign();
     },
     400,
     "InvalidArgument",
     kAnyMessage,
     {"ArgumentName", "ArgumentValue"}},
    {"a false trailer signature",
     [](const World& w) { return FalseSignature(Trailing(kHmacTrailer).wire(w), "x-amz-trailer-signature:"); }, 403,
     "SignatureDoesNotMatch", kAnyMessage, kDiagnosis},
    {"no trailer signature",
     [](const World& w) {
       auto wire = Trailing(kHmacTrailer).wire(w);
       const auto at = wire.body.find("x-amz-trailer-signature");
       wire.body.replace(at, std::string::npos, "\r\n");
       return wire;
     },
     400, "IncompleteBody", kIncomplete},
    {"a short chunk before the last",
     [](const World& w) { return Upload{.chunk = 5000}.wire(w); },
     403,
     "InvalidChunkSizeError",
     "Only the last chunk is allowed to have a size less than 8192 bytes",
     {"Chunk", "BadChunkSize"}},
    {"a chunk without signature", [](const World& w) { return Spoilt(Upload{}.wire(w), ";chunk-signature=", ";"); },
     400, "IncompleteBody", kIncomplete},
    {"a chunk size that is no number", [](const World& w) { return Spoilt(Upload{}.wire(w), "\r\n0;", "\r\nzz;"); },
     400, "IncompleteBody", kIncomplete},
    {"cut short, in HTTP chunks",
     [](const World& w) {
       auto wire = Upload{}.wire(w);
       wire.body.resize(wire.body.size() - 100);
       return InHttpChunks(wire);
     },
     400, "IncompleteBody", kIncomplete},
    {"a trailer that was not announced",
     [](const World& w) {
       auto upload = Trailing(kUnsigned);
       upload.declared.clear();
       return upload.wire(w);
     },
     400, "MalformedTrailerError", kBadTrailer},
    {"an announced trailer that does not come",
     [](const World& w) {
       auto upload = Trailing(kUnsigned);
       upload.trailers.clear();
       return upload.wire(w);
     },
     400, "MalformedTrailerError", kBadTrailer},
    {"another trailer than was announced",
     [](const World& w) {
       auto upload = Trailing(kUnsigned);
       upload.declared = "x-amz-checksum-sha1";
       return upload.wire(w);
     },
     400, "MalformedTrailerError", kBadTrailer},
    {"a trailer that is no checksum",
     [](const World& w) {
       auto upload = Trailing(kUnsigned);
       upload.declared = "x-amz-meta-a";
       return upload.wire(w);
     },
     400, "InvalidRequest", "The value specified in the x-amz-trailer header is not supported"},
    {"a trailer and a checksum header",
     [](const World& w) {
       auto upload = Trailing(kUnsigned);
       upload.headers = {{"x-amz-checksum-crc32c", "AAAAAA=="}};
       return upload.wire(w);
     },
     400, "InvalidRequest", "Expecting a single x-amz-checksum- header"},
    {"a trailing checksum that is not base64",
     [](const World& w) { return Spoilt(Trailing(kUnsigned).wire(w), "NhCmhg==", "x"); }, 400, "InvalidRequest",
     "Value for x-amz-checksum-crc32 trailing header is invalid."},
    {"a trailing checksum of other data",
     [](const World& w) { return Spoilt(Trailing(kUnsigned).wire(w), "NhCmhg", "AhCmhg"); }, 400, "BadDigest",
     "The CRC32 you specified did not match the calculated checksum."},
    {"the same, in HTTP chunks",
     [](const World& w) { return InHttpChunks(Spoilt(Trailing(kUnsigned).wire(w), "NhCmhg", "AhCmhg")); }, 400,
     "BadDigest", "The CRC32 you specified did not match the calculated checksum."},
    {"no x-amz-decoded-content-length", [](const World& w) { return Upload{.length = ""}.wire(w); }, 411,
     "MissingContentLength", "You must provide the Content-Length HTTP header."},
    {"a decoded length that is no number", [](const World& w) { return Upload{.length = "many"}.wire(w); }, 411,
     "MissingContentLength", "You must provide the Content-Length HTTP header."},
    {"a decoded length of other data", [](const World& w) { return Upload{.length = "19999"}.wire(w); }, 400,
     "IncompleteBody"},
    {"a decoded length that is not signed",
     [](const World& w) { return Upload{.length = ""}.wire(w).with("x-amz-decoded-content-length", "20000"); },
     403,
     "AccessDenied",
     "There were headers present in the request which were not signed",
     {"HeadersNotSigned"}},
    {"chunks for another operation",
     [](const World& w) {
       Draft draft(w);
       draft.request.method = "PUT";
       draft.request.query = "tagging=";
       draft.request.payload = kHmac;
       draft.request.headers.push_back({"x-amz-decoded-content-length", "0"});
       return draft.sign();
     },
     400, "InvalidRequest", "The value of x-amz-content-sha256 header is invalid."},
    {"a checksum algorithm without a checksum",
     [](const World& w) {
       Draft draft(w);
       draft.request.method = "PUT";
       draft.request.headers.push_back({"x-amz-sdk-checksum-algorithm", "CRC32"});
       return draft.sign();
     },
     400, "InvalidRequest",
     "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were "
     "found."},
};

}  // namespace

std::span<const Refusal> StreamingRefusals() {
  return kRows;
}

std::vector<Wire> RightStreams(const World& w) {
  std::vector<Wire> wires;
  for (const char* kind : {kHmac, kEcdsa}) wires.push_back(Upload{.kind = kind}.wire(w));
  for (const char* kind : {kHmacTrailer, kEcdsaTrailer, kUnsigned}) {
    auto upload = Trailing(kind);
    upload.data = std::string(20'000, 'a');
    upload.trailers = {{kCrc, "yr2HMQ=="}};
    upload.length = "20000";
    wires.push_back(upload.wire(w));
  }
  return wires;
}

}  // namespace keymill::test
