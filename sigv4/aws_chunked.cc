#include "sigv4/aws_chunked.h"

#include <algorithm>
#include <charconv>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

constexpr std::uint64_t kLeastChunk = 8192;
constexpr std::size_t kEcdsaWidth = 144;  ///< SigV4A chunk signatures are padded with '*' to this many characters
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

void write_chunk_string_to_sign(TextBuffer& buffer, bool ecdsa, std::string_view suffix, std::string_view date,
                                std::string_view scope, std::string_view previous, bool with_empty_hash,
                                const Sha256Digest& digest) {
  const std::string_view algorithm = ecdsa ? kEcdsaP256Name : kHmacSha256Name;
  char* out =
      buffer.start(algorithm.size() + suffix.size() + date.size() + scope.size() + previous.size() + 2 * 64 + 5);
  out = put(put(put(out, algorithm), suffix), '\n');
  out = put(put(out, date), '\n');
  out = put(put(out, scope), '\n');
  out = put(put(out, previous), '\n');
  if (with_empty_hash) out = put(put(out, kEmptySha256), '\n');
  buffer.finish(write_hex(out, digest));
}

template <typename Pairs>
Sha256Digest hash_of_trailers(const Pairs& sorted) {
  Sha256 hash;
  for (const auto& [name, value] : sorted) {
    hash.update(name);
    hash.update(":");
    hash.update(value);
    hash.update("\n");
  }
  return hash.finish();
}

std::string_view without_padding(std::string_view signature) {
  return signature.substr(0, signature.find_last_not_of('*') + 1);
}

}  // namespace

ChunkSeed::ChunkSeed(const Verifier& verifier, const KeyMaterial& key, SigningKeyCache& cache)
    : ecdsa_(verifier.claim().algorithm == Algorithm::EcdsaP256),
      date_(view(verifier.claim().iso_date)),
      scope_(verifier.claim().scope.text),
      signature_(verifier.claim().signature) {
  if (ecdsa_) {
    if (auto scalar = derive_p256_private_key(key.aws4a(), verifier.claim().access_key_id)) {
      public_ = P256PublicKey::from_private(*scalar);
      cleanse(scalar->data(), scalar->size());
    }
  } else {
    hmac_ = cache.get(key, verifier.claim().scope);
  }
}

bool ChunkSeed::matches(std::string_view string_to_sign, std::string_view hex_signature) const {
  if (ecdsa_) return p256_matches(public_ ? &*public_ : nullptr, string_to_sign, hex_signature);
  return hmac_matches(hmac_, string_to_sign, hex_signature);
}

ChunkedDecoder::ChunkedDecoder(const PayloadHash& payload, std::uint64_t decoded_length,
                               std::string_view declared_trailer, std::optional<ChunkSeed> seed)
    : payload_(payload), decoded_length_(decoded_length), seed_(std::move(seed)) {
  payload_.text = {};  // a view that may not outlive the request
  if (seed_) previous_ = seed_->signature_;
  if (payload_.signed_chunks && !seed_) fail(Reason::ChunkSignatureMismatch);
  while (!declared_trailer.empty()) {
    const std::size_t comma = std::min(declared_trailer.find(','), declared_trailer.size());
    const std::string_view name = trim(declared_trailer.substr(0, comma));
    if (!name.empty()) declared_.push_back(lower(name));
    declared_trailer.remove_prefix(std::min(comma + 1, declared_trailer.size()));
  }
  std::sort(declared_.begin(), declared_.end());
}

void ChunkedDecoder::fail(Reason reason) {
  reason_ = reason;
  state_ = State::Failed;
}

/// Moves input up to a line's end into `line`; false when the line goes on in the next input, or is too long.
bool ChunkedDecoder::take_line(std::string_view& input, std::string_view& line) {
  const std::size_t end = input.find('\n');
  const std::string_view part = input.substr(0, end);
  if (line_.size() + part.size() > kLongestLine) {
    fail(Reason::BodyIncomplete);
    return false;
  }
  line_ += part;
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  line = line_;
  return end != std::string_view::npos;
}

ChunkedDecoder::Step ChunkedDecoder::feed(std::string_view input) {
  const std::size_t offered = input.size();
  std::string_view line;
  while (!input.empty() && state_ != State::Failed) {
    switch (state_) {
      case State::Size:
        if (!take_line(input, line)) break;
        begin_chunk(line);
        line_.clear();
        break;
      case State::Data: {
        const std::string_view data =
            input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
        input.remove_prefix(data.size());
        remaining_ -= data.size();
        if (payload_.signed_chunks) hash_.update(data);
        if (remaining_ == 0) end_chunk();
        return {data, offered - input.size()};
      }
      case State::DataEnd:
        if (!take_line(input, line)) break;
        if (line != "\r") fail(Reason::BodyIncomplete);
        if (state_ != State::Failed) state_ = State::Size;
        line_.clear();
        break;
      case State::Trailer:
        if (!take_line(input, line)) break;
        if (line.ends_with('\r')) line.remove_suffix(1);
        take_trailer_line(line);
        line_.clear();
        break;
      case State::Done:
        fail(Reason::BodyIncomplete);  // something follows the end
        break;
      case State::Failed:
        break;
    }
  }
  return {{}, offered - input.size()};
}

void ChunkedDecoder::begin_chunk(std::string_view line) {
  if (!line.ends_with('\r')) return fail(Reason::BodyIncomplete);
  line.remove_suffix(1);
  const std::size_t semicolon = line.find(';');
  const std::string_view digits = line.substr(0, semicolon);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size_, 16);
  if (digits.empty() || digits.front() == '-' || error != std::errc{} || end != digits.data() + digits.size()) {
    return fail(Reason::BodyIncomplete);
  }
  if (payload_.signed_chunks) {
    constexpr std::string_view kName = "chunk-signature=";
    if (semicolon == std::string_view::npos) return fail(Reason::BodyIncomplete);
    const std::string_view extension = trim(line.substr(semicolon + 1));
    if (!extension.starts_with(kName)) return fail(Reason::BodyIncomplete);
    claimed_ = extension.substr(kName.size());
  }
  const bool short_before = index_ > 0 && remaining_ == 0 && bad_chunk_.size != 0;
  ++index_;
  if (size_ != 0 && short_before) {
    bad_chunk_.index = index_;
    return fail(Reason::ChunkTooSmall);
  }
  if (size_ > decoded_length_ - total_) return fail(Reason::DecodedLengthMismatch);
  total_ += size_;
  bad_chunk_.size = size_ < kLeastChunk ? size_ : 0;
  remaining_ = size_;
  state_ = State::Data;
  if (size_ == 0) end_chunk();
}

void ChunkedDecoder::end_chunk() {
  if (payload_.signed_chunks && !signature_matches("-PAYLOAD", true, hash_.finish())) {
    return fail(Reason::ChunkSignatureMismatch);
  }
  if (size_ != 0) {
    state_ = State::DataEnd;
    return;
  }
  if (total_ != decoded_length_) return fail(Reason::DecodedLengthMismatch);
  state_ = State::Trailer;
}

bool ChunkedDecoder::signature_matches(std::string_view suffix, bool with_empty_hash, const Sha256Digest& digest) {
  write_chunk_string_to_sign(string_to_sign_, payload_.ecdsa, suffix, seed_->date_, seed_->scope_, previous_,
                             with_empty_hash, digest);
  if (payload_.ecdsa) claimed_.resize(without_padding(claimed_).size());
  if (!seed_->matches(string_to_sign_.view(), claimed_)) return false;
  previous_ = claimed_;
  return true;
}

void ChunkedDecoder::take_trailer_line(std::string_view line) {
  if (line.empty()) {
    // A line may end in "\n" and be followed by an empty one before the signature: AWS's own example is written so.
    const bool signature_to_come = payload_.signed_chunks && payload_.trailer && !trailer_signed_;
    if (!signature_to_come) return end_trailers();
    if (blank_line_seen_) return fail(Reason::BodyIncomplete);
    blank_line_seen_ = true;
    return;
  }
  const std::size_t colon = line.find(':');
  if (!payload_.trailer || colon == std::string_view::npos || trailer_signed_ || trailers_.size() == kMostTrailers) {
    return fail(Reason::BodyIncomplete);
  }
  std::string name = lower(trim(line.substr(0, colon)));
  const std::string_view value = trim(line.substr(colon + 1));
  if (payload_.signed_chunks && name == kTrailerSignature) {
    claimed_ = value;
    trailer_signed_ = true;
    return;
  }
  trailers_.emplace_back(std::move(name), value);
}

void ChunkedDecoder::end_trailers() {
  std::sort(trailers_.begin(), trailers_.end());
  const auto same_name = [](const Trailer& trailer, const std::string& name) { return trailer.first == name; };
  if (!std::equal(trailers_.begin(), trailers_.end(), declared_.begin(), declared_.end(), same_name)) {
    return fail(Reason::TrailerMalformed);
  }
  if (payload_.signed_chunks && payload_.trailer &&
      !signature_matches("-TRAILER", false, hash_of_trailers(trailers_))) {
    return fail(Reason::TrailerSignatureMismatch);
  }
  state_ = State::Done;
}

Reason ChunkedDecoder::finish() {
  if (state_ != State::Done && state_ != State::Failed) fail(Reason::BodyIncomplete);
  return reason_;
}

ChunkedEncoder::ChunkedEncoder(const PayloadHash& payload, Credentials credentials, Signing signing,
                               const SignedRequest& seed)
    : payload_(payload),
      credentials_(std::move(credentials)),
      signing_(std::move(signing)),
      scope_(seed.scope),
      previous_(seed.signature) {}

std::string ChunkedEncoder::next_signature(std::string_view suffix, bool with_empty_hash, const Sha256Digest& digest) {
  TextBuffer text;
  write_chunk_string_to_sign(text, payload_.ecdsa, suffix, view(format_iso_basic(signing_.time)), scope_, previous_,
                             with_empty_hash, digest);
  previous_ = sign_text(text.view(), credentials_, signing_);
  std::string padded = previous_;
  if (payload_.ecdsa) padded.resize(kEcdsaWidth, '*');
  return padded;
}

std::string ChunkedEncoder::chunk(std::string_view data) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), data.size(), 16).ptr;
  std::string text(digits.data(), end);
  if (payload_.signed_chunks) text += ";chunk-signature=" + next_signature("-PAYLOAD", true, sha256(data));
  text += "\r\n";
  text += data;
  if (!data.empty()) text += "\r\n";
  return text;
}

std::string ChunkedEncoder::last(const std::vector<HeaderLine>& trailers) {
  std::string text = chunk({});
  std::vector<std::pair<std::string, std::string>> sorted;
  for (const HeaderLine& line : trailers) {
    text += line.name + ":" + line.value + "\r\n";
    sorted.emplace_back(line.name, line.value);
  }
  std::sort(sorted.begin(), sorted.end());
  if (payload_.signed_chunks && payload_.trailer) {
    text += std::string(kTrailerSignature) + ":" + next_signature("-TRAILER", false, hash_of_trailers(sorted)) + "\r\n";
  }
  return text + "\r\n";
}

}  // namespace keymill::sigv4
