#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigv4/digest.h"
#include "sigv4/payload.h"
#include "sigv4/reason.h"
#include "sigv4/sign.h"
#include "sigv4/text_buffer.h"
#include "sigv4/verify.h"

namespace keymill::sigv4 {

/// What the first chunk signature chains from: a verified request. Owns its text, so that a body may be read long after
/// the Verifier went on to another request.
class ChunkSeed {
 public:
  /// Precondition: `verifier.verify(key, ...)` succeeded, in the Header or Query form.
  ChunkSeed(const Verifier& verifier, const KeyMaterial& key, SigningKeyCache& cache);

 private:
  friend class ChunkedDecoder;
  bool matches(std::string_view string_to_sign, std::string_view hex_signature) const;

  bool ecdsa_;
  std::string date_, scope_, signature_;
  HmacSha256Key hmac_;
  std::optional<P256PublicKey> public_;
};

/// Takes an `aws-chunked` body apart and verifies it chunk by chunk. Sans-I/O and in constant memory: it keeps at most
/// one line. The object must not become visible before `finish` returned None: data is handed out as it passes, ahead
/// of the signature that covers it.
///
///     while (!input.empty()) {
///       auto [data, consumed] = decoder.feed(input);
///       if (decoder.reason() != Reason::None) ...refuse
///       sink(data);  input.remove_prefix(consumed);
///     }
///     at the end of the body: decoder.finish()
///
/// Framing is `hex-size[;chunk-signature=...]\r\n data \r\n`, then a chunk of size 0, then trailer lines where the
/// payload kind has them, then an empty line. An HTTP chunked encoding around it is taken off by the server first.
class ChunkedDecoder {
 public:
  /// `decoded_length` is x-amz-decoded-content-length. `declared_trailer` is x-amz-trailer, a comma-separated list, or
  /// empty. `seed` is needed when `payload.signed_chunks`.
  ChunkedDecoder(const PayloadHash& payload, std::uint64_t decoded_length, std::string_view declared_trailer,
                 std::optional<ChunkSeed> seed = std::nullopt);

  struct Step {
    std::string_view data;  ///< a part of the input; may be empty
    std::size_t consumed;   ///< of the input; not 0 unless the input is empty or decoding has failed
  };
  Step feed(std::string_view input);

  /// To be called where the body ends.
  Reason finish();

  Reason reason() const { return reason_; }
  bool done() const { return state_ == State::Done; }

  using Trailer = std::pair<std::string, std::string>;  ///< lower-case name, value
  const std::vector<Trailer>& trailers() const { return trailers_; }

  /// After a signature mismatch: what was hashed, and what the client sent.
  std::string_view string_to_sign() const { return string_to_sign_.view(); }
  std::string_view signature() const { return claimed_; }

  struct BadChunk {
    std::uint64_t index = 0;  ///< counting from 1, the chunk *after* the short one, as S3 reports it
    std::uint64_t size = 0;   ///< of the short one
  };
  BadChunk bad_chunk() const { return bad_chunk_; }

 private:
  enum class State : std::uint8_t { Size, Data, DataEnd, Trailer, Done, Failed };

  bool take_line(std::string_view& input, std::string_view& line);
  void fail(Reason reason);
  void begin_chunk(std::string_view line);
  void end_chunk();
  void take_trailer_line(std::string_view line);
  void end_trailers();
  bool signature_matches(std::string_view suffix, bool with_empty_hash, const Sha256Digest& digest);

  static constexpr std::size_t kLongestLine = 1024;
  static constexpr std::size_t kMostTrailers = 16;

  PayloadHash payload_;
  std::uint64_t decoded_length_;
  std::optional<ChunkSeed> seed_;
  State state_ = State::Size;
  Reason reason_ = Reason::None;
  std::uint64_t index_ = 0;      ///< of the chunk being read, from 1
  std::uint64_t size_ = 0;       ///< of the chunk being read
  std::uint64_t remaining_ = 0;  ///< of its data
  std::uint64_t total_ = 0;
  BadChunk bad_chunk_;
  Sha256 hash_;
  TextBuffer string_to_sign_;
  std::string line_;     ///< an unfinished line
  std::string claimed_;  ///< the signature of the chunk or trailer being read
  std::string previous_;
  std::vector<std::string> declared_;
  std::vector<Trailer> trailers_;
  bool trailer_signed_ = false;
  bool blank_line_seen_ = false;
};

/// The client's side: frames and signs a body for one of the streaming payload kinds.
class ChunkedEncoder {
 public:
  /// `seed` is the result of signing the request with `payload` as its payload.
  ChunkedEncoder(const PayloadHash& payload, Credentials credentials, Signing signing, const SignedRequest& seed);

  std::string chunk(std::string_view data);
  /// The empty chunk, the trailers (lower-case names) and the end.
  std::string last(const std::vector<HeaderLine>& trailers = {});

 private:
  std::string next_signature(std::string_view suffix, bool with_empty_hash, const Sha256Digest& digest);

  PayloadHash payload_;
  Credentials credentials_;
  Signing signing_;
  std::string scope_, previous_;
};

}  // namespace keymill::sigv4
