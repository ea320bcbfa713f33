#include "server/pipeline/chunked_payload.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "server/pipeline/auth_errors.h"
#include "server/pipeline/errors.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

using sigv4::Reason;

constexpr ErrorKind MissingContentLength{"MissingContentLength", 411,
                                         "You must provide the Content-Length HTTP header."};
constexpr ErrorKind IncompleteBody{"IncompleteBody", 400, "The request body terminated unexpectedly"};
constexpr ErrorKind InvalidChunkSizeError{"InvalidChunkSizeError", 403,
                                          "Only the last chunk is allowed to have a size less than 8192 bytes"};
constexpr ErrorKind MalformedTrailerError{
    "MalformedTrailerError", 400,
    "The request contained trailing data that was not well-formed or did not conform to our published schema."};

constexpr std::array<std::string_view, 10> kTrailers = {
    "x-amz-checksum-crc32",   "x-amz-checksum-crc32c",   "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",  "x-amz-checksum-sha512",   "x-amz-checksum-md5",       "x-amz-checksum-xxhash64",
    "x-amz-checksum-xxhash3", "x-amz-checksum-xxhash128"};

std::optional<std::uint64_t> DecodedLength(const http::Request& request) {
  auto text = request.header_or_empty("x-amz-decoded-content-length");
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool HasInlineChecksum(const http::Request& request) {
  for (const auto& field : request.headers) {
    if (sigv4::starts_with_ignoring_case(field.name, "x-amz-checksum-") &&
        !sigv4::equals_ignoring_case(field.name, "x-amz-checksum-algorithm") &&
        !sigv4::equals_ignoring_case(field.name, "x-amz-checksum-mode") &&
        !sigv4::equals_ignoring_case(field.name, "x-amz-checksum-type"))
      return true;
  }
  return false;
}

}  // namespace

Result<> ChunkedPayload::check_headers(const http::Request& request, const sigv4::PayloadHash& hash) {
  if (!DecodedLength(request)) return aws::Error(MissingContentLength);
  auto declared = request.header("x-amz-trailer");
  if (!declared || !hash.trailer) return {};
  auto name = sigv4::lower(sigv4::trim(*declared));
  if (std::find(kTrailers.begin(), kTrailers.end(), name) == kTrailers.end()) {
    return aws::Error(InvalidRequest, "The value specified in the x-amz-trailer header is not supported");
  }
  if (HasInlineChecksum(request)) return aws::Error(InvalidRequest, "Expecting a single x-amz-checksum- header");
  return {};
}

ChunkedPayload::ChunkedPayload(const http::Request& request, http::BodyStream& body, ChunkedClaim claim)
    : body_(body),
      length_(DecodedLength(request).value_or(0)),
      access_key_id_(std::move(claim.access_key_id)),
      canonical_request_(std::move(claim.canonical_request)),
      decoder_(claim.hash, length_, request.header_or_empty("x-amz-trailer"), std::move(claim.seed)) {}

Task<Result<http::Bytes>> ChunkedPayload::next() {
  for (;;) {
    if (input_.empty()) {
      auto piece = co_await body_.next();
      if (!piece) co_return std::move(piece.error());
      if (piece->empty()) {
        decoder_.finish();
        if (decoder_.reason() != Reason::None) co_return refusal();
        co_return http::Bytes{};
      }
      input_ = {reinterpret_cast<const char*>(piece->data()), piece->size()};
    }
    auto [data, consumed] = decoder_.feed(input_);
    if (decoder_.reason() != Reason::None) co_return refusal();
    input_.remove_prefix(consumed);
    if (!data.empty()) co_return http::Bytes(reinterpret_cast<const std::byte*>(data.data()), data.size());
  }
}

Result<> ChunkedPayload::finish() {
  if (decoder_.reason() != Reason::None) return refusal();
  if (!decoder_.done()) return aws::Error(IncompleteBody);
  return {};
}

std::optional<std::string> ChunkedPayload::trailer(std::string_view name) const {
  for (const auto& [key, value] : decoder_.trailers()) {
    if (key == name) return value;
  }
  return std::nullopt;
}

aws::Error ChunkedPayload::refusal() const {
  switch (decoder_.reason()) {
    case Reason::ChunkTooSmall: {
      auto bad = decoder_.bad_chunk();
      return aws::Error(InvalidChunkSizeError)
          .with("Chunk", std::to_string(bad.index))
          .with("BadChunkSize", std::to_string(bad.size));
    }
    case Reason::ChunkSignatureMismatch:
    case Reason::TrailerSignatureMismatch:
      return S3SignatureMismatch(access_key_id_, decoder_.string_to_sign(), decoder_.signature(), canonical_request_);
    case Reason::TrailerMalformed:
      return MalformedTrailerError;
    default:  // BodyIncomplete, DecodedLengthMismatch
      return IncompleteBody;
  }
}

}  // namespace keymill::pipeline
