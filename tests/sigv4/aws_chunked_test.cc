#include "sigv4/aws_chunked.h"

#include <functional>

#include <gtest/gtest.h>

#include "tests/sigv4/fixture.h"

namespace keymill::sigv4::test {
namespace {

const Credentials kDocumented{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};

constexpr std::string_view kSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr std::string_view kSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr std::string_view kUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// One upload from both sides: the client's encoder and what the server's decoder needs.
struct Upload {
  PayloadHash payload;
  Credentials credentials;
  Signing signing;
  SignedRequest made;
  Message message;
  Verifier verifier;
  SigningKeyCache cache;
  KeyMaterial key;

  explicit Upload(std::string_view token, Credentials who = kAlice, Signing how = s3_signing(),
                  std::vector<HeaderLine> headers = {{"Host", "h"}})
      : payload(*parse_payload_hash(token)),
        credentials(std::move(who)),
        signing(std::move(how)),
        key(credentials.secret_access_key, 1) {
    if (payload.ecdsa) signing.algorithm = Algorithm::EcdsaP256;
    message = {.method = "PUT", .path = "/examplebucket/chunkObject.txt", .headers = std::move(headers)};
    made = sign(message.to_sign(std::string(token)), credentials, signing);
    for (const HeaderLine& line : made.headers) message.headers.push_back(line);
    const Expectation expectation{.options = kS3, .service = "s3", .now = signing.time};
    EXPECT_FALSE(verifier.examine(message.view(), expectation)) << name(verifier.failure().reason);
    EXPECT_FALSE(verifier.verify(key, cache));
  }
  ChunkedEncoder encoder() const { return {payload, credentials, signing, made}; }
  ChunkedDecoder decoder(std::uint64_t length, std::string_view trailer = {}) {
    std::optional<ChunkSeed> seed;
    if (payload.signed_chunks) seed.emplace(verifier, key, cache);
    return {payload, length, trailer, std::move(seed)};
  }
};

/// Feeds `wire` in pieces of `step` and returns the data.
std::string decode(ChunkedDecoder& decoder, std::string_view wire, std::size_t step = 1 << 20) {
  std::string data;
  while (!wire.empty() && decoder.reason() == Reason::None) {
    std::string_view input = wire.substr(0, step);
    wire.remove_prefix(input.size());
    while (!input.empty() && decoder.reason() == Reason::None) {
      const auto [part, consumed] = decoder.feed(input);
      data += part;
      input.remove_prefix(consumed);
    }
  }
  decoder.finish();
  return data;
}

Reason outcome(ChunkedDecoder decoder, std::string_view wire) {
  decode(decoder, wire);
  return decoder.reason();
}

TEST(AwsChunked, SignsAsTheDocumentedExample) {
  const Upload upload(kSigned, kDocumented, {.region = "us-east-1", .service = "s3", .time = 1369353600},
                      {{"Host", "s3.amazonaws.com"},
                       {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                       {"Content-Encoding", "aws-chunked"},
                       {"x-amz-decoded-content-length", "66560"},
                       {"Content-Length", "66824"}});
  ChunkedEncoder encoder = upload.encoder();
  const std::string first = encoder.chunk(std::string(65536, 'a'));
  EXPECT_TRUE(
      first.starts_with("10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"));
  const std::string second = encoder.chunk(std::string(1024, 'a'));
  EXPECT_TRUE(
      second.starts_with("400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"));
  const std::string last = encoder.last();
  EXPECT_EQ(last, "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
  EXPECT_EQ(first.size() + second.size() + last.size(), 66824u);
}

TEST(AwsChunked, SignsTrailersAsTheDocumentedExample) {
  Upload upload(kSignedTrailer, kDocumented, {.region = "us-east-1", .service = "s3", .time = 1369353600},
                {{"Host", "s3.amazonaws.com"},
                 {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                 {"Content-Encoding", "aws-chunked"},
                 {"x-amz-decoded-content-length", "66560"},
                 {"x-amz-trailer", "x-amz-checksum-crc32c"}});
  ChunkedEncoder encoder = upload.encoder();
  std::string wire = encoder.chunk(std::string(65536, 'a'));
  EXPECT_NE(wire.find("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"), std::string::npos);
  wire += encoder.chunk(std::string(1024, 'a'));
  const std::string last = encoder.last({{"x-amz-checksum-crc32c", "sOO8/Q=="}});
  EXPECT_EQ(last,
            "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
            "x-amz-checksum-crc32c:sOO8/Q==\r\n"
            "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n");
  ChunkedDecoder decoder = upload.decoder(66560, "x-amz-checksum-crc32c");
  EXPECT_TRUE(decode(decoder, wire + last) == std::string(66560, 'a'));
  EXPECT_EQ(decoder.reason(), Reason::None);
  EXPECT_EQ(decoder.trailers().at(0), (ChunkedDecoder::Trailer{"x-amz-checksum-crc32c", "sOO8/Q=="}));
  // The documentation writes the trailer with a line feed, then an empty line, then the signature.
  std::string as_printed = last;
  replace(as_printed, "sOO8/Q==\r\n", "sOO8/Q==\n\r\n");
  EXPECT_EQ(outcome(upload.decoder(66560, "x-amz-checksum-crc32c"), wire + as_printed), Reason::None);
}

TEST(AwsChunked, DecodesEveryKindHoweverTheInputIsCut) {
  for (const std::string_view token :
       {kSigned, kSignedTrailer, kUnsignedTrailer, std::string_view("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"),
        std::string_view("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER")}) {
    Upload upload(token);
    ChunkedEncoder encoder = upload.encoder();
    const std::string data = std::string(8192, 'a') + std::string(9000, 'b') + "tail";
    std::string wire = encoder.chunk(data.substr(0, 8192));
    wire += encoder.chunk(data.substr(8192, 9000));
    wire += encoder.chunk("tail");
    std::vector<HeaderLine> trailers;
    if (upload.payload.trailer) trailers.push_back({"x-amz-checksum-crc32", "AAAAAA=="});
    wire += encoder.last(trailers);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, std::size_t{1} << 20}) {
      ChunkedDecoder decoder = upload.decoder(data.size(), upload.payload.trailer ? "X-Amz-Checksum-Crc32" : "");
      EXPECT_TRUE(decode(decoder, wire, step) == data) << token;
      EXPECT_EQ(name(decoder.reason()), name(Reason::None)) << token << " in steps of " << step;
    }
  }
}

TEST(AwsChunked, DecodesWhatBotocoreSendsOverHttps) {
  Upload upload(kUnsignedTrailer);
  ChunkedDecoder decoder = upload.decoder(5, "x-amz-checksum-crc32");
  EXPECT_EQ(decode(decoder, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"), "hello");
  EXPECT_EQ(decoder.reason(), Reason::None);
  ChunkedDecoder empty = upload.decoder(0, "x-amz-checksum-crc32");
  EXPECT_EQ(decode(empty, "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"), "");
  EXPECT_EQ(empty.reason(), Reason::None);
}

TEST(AwsChunked, ReportsAShortChunkAtTheOneAfterIt) {
  Upload upload(kUnsignedTrailer);
  ChunkedDecoder decoder = upload.decoder(10);
  decode(decoder, "5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(decoder.reason(), Reason::ChunkTooSmall);
  EXPECT_EQ(decoder.bad_chunk().index, 2u);
  EXPECT_EQ(decoder.bad_chunk().size, 5u);
}

TEST(AwsChunked, KeepsWhatWasSignedOnAMismatch) {
  Upload upload(kSigned);
  ChunkedEncoder encoder = upload.encoder();
  std::string wire = encoder.chunk("hello");
  wire += encoder.last();
  replace(wire, "hello", "jello");
  ChunkedDecoder decoder = upload.decoder(5);
  decode(decoder, wire);
  EXPECT_EQ(decoder.reason(), Reason::ChunkSignatureMismatch);
  EXPECT_EQ(decoder.string_to_sign(),
            "AWS4-HMAC-SHA256-PAYLOAD\n20150830T123600Z\n20150830/us-east-1/s3/aws4_request\n" + upload.made.signature +
                "\n" + std::string(kEmptySha256) + "\n" + hex(sha256("jello")));
  EXPECT_EQ(decoder.signature(), wire.substr(18, 64));
}

TEST(AwsChunked, RefusesEverythingThatIsNotExactlyRight) {
  struct Row {
    const char* mistake;
    std::string_view token;
    std::function<void(std::string&)> spoil;
    Reason reason;
    std::uint64_t length = 8195;
    const char* trailer = "x-amz-checksum-crc32";
  };
  const auto swap = [](std::string from, std::string to) {
    return [=](std::string& wire) { replace(wire, from, to); };
  };
  const auto cut = [](std::size_t octets) { return [=](std::string& wire) { wire.resize(wire.size() - octets); }; };
  const Reason incomplete = Reason::BodyIncomplete;
  const std::vector<Row> table = {
      {"nothing", kSigned, [](std::string&) {}, Reason::None, 8195, ""},
      {"nothing", kSignedTrailer, [](std::string&) {}, Reason::None},
      {"nothing", kUnsignedTrailer, [](std::string&) {}, Reason::None},
      {"data changed in the last chunk", kSigned, swap("end", "and"), Reason::ChunkSignatureMismatch, 8195, ""},
      {"last signature changed", kSigned, [](std::string& w) { w[w.size() - 5] = w[w.size() - 5] == '0' ? '1' : '0'; },
       Reason::ChunkSignatureMismatch, 8195, ""},
      {"signature in upper case", kSigned,
       [](std::string& w) {
         for (std::size_t i = 21; i < 85; ++i) w[i] = static_cast<char>(std::toupper(w[i]));
       },
       Reason::ChunkSignatureMismatch, 8195, ""},
      {"chunks swapped", kSigned,
       [](std::string& w) {
         const std::size_t at = w.find("3;chunk");
         w = w.substr(at, w.find("0;chunk") - at) + w.substr(0, at) + w.substr(w.find("0;chunk"));
       },
       Reason::ChunkSignatureMismatch, 8195, ""},
      {"chunk signature missing", kSigned, swap(";chunk-signature=", ";signature="), incomplete, 8195, ""},
      {"no extension in signed mode", kSigned, [](std::string& w) { w.erase(4, w.find('\r') - 4); }, incomplete, 8195,
       ""},
      {"size that is not hex", kSigned, swap("2000;", "20g0;"), incomplete, 8195, ""},
      {"empty size", kSigned, swap("2000;", ";"), incomplete, 8195, ""},
      {"negative size", kSigned, swap("2000;", "-1;"), incomplete, 8195, ""},
      {"size beyond 64 bits", kSigned, swap("2000;", "10000000000000000;"), incomplete, 8195, ""},
      {"enormous size", kSigned, swap("2000;", "ffffffffffffffff;"), Reason::DecodedLengthMismatch, 8195, ""},
      {"line feed without carriage return", kUnsignedTrailer, swap("2000\r\n", "2000\n"), incomplete},
      {"no line end after data", kUnsignedTrailer, swap("end\r\n", "end0\r\n"), incomplete},
      {"header line without end", kUnsignedTrailer, [](std::string& w) { w = std::string(5000, '0'); }, incomplete},
      {"end of body in a chunk", kSigned, [](std::string& w) { w.resize(100); }, incomplete, 8195, ""},
      {"end of body before the last line", kSigned, cut(2), incomplete, 8195, ""},
      {"end of body in the trailer", kUnsignedTrailer, cut(6), incomplete},
      {"data after the end", kSigned, [](std::string& w) { w += "x"; }, incomplete, 8195, ""},
      {"trailer where none may be", kSigned, [](std::string& w) { w.insert(w.size() - 2, "a:b\r\n"); }, incomplete,
       8195, ""},
      {"trailer line without colon", kUnsignedTrailer, swap("crc32:", "crc32 "), incomplete},
      {"trailer signature missing", kSignedTrailer,
       [](std::string& w) {
         w.erase(w.find("x-amz-trailer-signature"));
         w += "\r\n";
       },
       incomplete},
      {"trailer signature changed", kSignedTrailer,
       [](std::string& w) { w[w.size() - 5] = w[w.size() - 5] == '0' ? '1' : '0'; }, Reason::TrailerSignatureMismatch},
      {"trailer value changed", kSignedTrailer, swap("AAAAAA==", "AAAAAB=="), Reason::TrailerSignatureMismatch},
      {"trailer not declared", kUnsignedTrailer, [](std::string&) {}, Reason::TrailerMalformed, 8195, ""},
      {"trailer declared and absent", kUnsignedTrailer, swap("x-amz-checksum-crc32:AAAAAA==\r\n", ""),
       Reason::TrailerMalformed},
      {"trailer of another name", kUnsignedTrailer, swap("crc32:", "crc32c:"), Reason::TrailerMalformed},
      {"trailer twice", kUnsignedTrailer,
       swap("x-amz-checksum-crc32:", "x-amz-checksum-crc32:B\r\nx-amz-checksum-crc32:"), Reason::TrailerMalformed},
      {"more data than announced", kUnsignedTrailer, [](std::string&) {}, Reason::DecodedLengthMismatch, 8194},
      {"less data than announced", kUnsignedTrailer, [](std::string&) {}, Reason::DecodedLengthMismatch, 8196},
  };
  for (const Row& row : table) {
    Upload upload(row.token);
    ChunkedEncoder encoder = upload.encoder();
    std::string wire = encoder.chunk(std::string(8192, 'x'));
    wire += encoder.chunk("end");
    std::vector<HeaderLine> trailers;
    if (upload.payload.trailer) trailers.push_back({"x-amz-checksum-crc32", "AAAAAA=="});
    wire += encoder.last(trailers);
    row.spoil(wire);
    EXPECT_EQ(name(outcome(upload.decoder(row.length, row.trailer), wire)), name(row.reason))
        << row.mistake << ", " << row.token;
  }
}

}  // namespace
}  // namespace keymill::sigv4::test
