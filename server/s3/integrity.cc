#include "server/s3/integrity.h"

#include "server/s3/errors.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

Error InvalidValue(const ChecksumKind& kind, std::string_view where) {
  return Error(InvalidRequest, "Value for " + std::string(kind.header) + std::string(where) + " is invalid.");
}

/// The raw digest; nullopt if `text` is not base64 of one.
std::optional<std::string> DecodeDigest(std::string_view text, std::size_t size) {
  auto raw = sigv4::base64_decode(text);
  if (!raw || raw->size() != size) return std::nullopt;
  return raw;
}

Result<> ReadChecksumHeaders(const pipeline::Call& call, DeclaredDigests& declared) {
  for (const ChecksumKind* kind : kChecksumKinds) {
    const auto value = call.request().header(kind->header);
    if (!value) continue;
    if (declared.kind != nullptr) {
      return Error(InvalidRequest,
                   "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    declared.kind = kind;
    declared.checksum = DecodeDigest(*value, kind->size);
    if (!declared.checksum) return InvalidValue(*kind, " header");
  }
  return {};
}

Result<> ReadTrailerHeader(const pipeline::Call& call, DeclaredDigests& declared) {
  const auto trailer = call.request().header("x-amz-trailer");
  if (!trailer) return {};
  if (declared.kind != nullptr) return Error(InvalidRequest, "Expecting a single x-amz-checksum- header");
  declared.kind = FindChecksumHeader(sigv4::trim(*trailer));
  if (declared.kind == nullptr) {
    return Error(InvalidRequest, "The value specified in the x-amz-trailer header is not supported");
  }
  declared.trailer = true;
  return {};
}

}  // namespace

Result<DeclaredDigests> ReadDeclaredDigests(const pipeline::Call& call) {
  DeclaredDigests declared;
  if (const auto md5 = call.request().header("content-md5")) {
    declared.md5 = DecodeDigest(*md5, sizeof(sigv4::Md5Digest));
    if (!declared.md5) return Error(InvalidDigest).with("Content-MD5", std::string(*md5));
  }
  if (auto read = ReadChecksumHeaders(call, declared); !read) return read.error();
  if (auto read = ReadTrailerHeader(call, declared); !read) return read.error();
  if (declared.kind == nullptr && call.request().header("x-amz-sdk-checksum-algorithm")) {
    return Error(InvalidRequest,
                 "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
                 "x-amz-trailer headers were found.");
  }
  return declared;
}

PayloadDigests::PayloadDigests(DeclaredDigests declared, const ChecksumKind* stored) : declared_(std::move(declared)) {
  if (stored != nullptr) stored_.emplace(*stored);
  if (declared_.kind != nullptr && declared_.kind != stored) other_.emplace(*declared_.kind);
}

void PayloadDigests::update(Octets bytes) {
  // A block at a time through both: the second hash finds it in the first-level cache.
  constexpr std::size_t kBlock = 16 << 10;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(kBlock, bytes.size()))) {
    const Octets block = bytes.first(std::min(kBlock, bytes.size()));
    hasher_md5_.update({reinterpret_cast<const char*>(block.data()), block.size()});
    if (stored_) stored_->update(block);
    if (other_) other_->update(block);
  }
}

Result<> PayloadDigests::verify(const pipeline::Payload& payload) {
  md5_ = hasher_md5_.finish();
  if (stored_) checksum_ = stored_->finish();
  const std::string other = other_ ? other_->finish() : std::string();
  const std::string_view computed(reinterpret_cast<const char*>(md5_.data()), md5_.size());
  if (declared_.md5 && *declared_.md5 != computed) {
    const auto* expected = reinterpret_cast<const std::uint8_t*>(declared_.md5->data());
    return Error(BadDigest)
        .with("ExpectedDigest", sigv4::hex({expected, declared_.md5->size()}))
        .with("CalculatedDigest", sigv4::base64_encode(computed));
  }
  if (declared_.trailer) {
    const auto trailer = payload.trailer(declared_.kind->header);
    declared_.checksum = trailer ? DecodeDigest(*trailer, declared_.kind->size) : std::nullopt;
    if (!declared_.checksum) return InvalidValue(*declared_.kind, " trailing header");
  }
  if (declared_.checksum && *declared_.checksum != (other_ ? other : checksum_)) {
    return Error(BadDigest,
                 "The " + std::string(declared_.kind->name) + " you specified did not match the calculated checksum.");
  }
  return {};
}

Task<Result<std::string>> ReceiveDocument(pipeline::Call& call, std::size_t cap, Insist insist) {
  auto declared = ReadDeclaredDigests(call);
  if (!declared) co_return declared.error();
  if (insist != Insist::kNo && !declared->any()) {
    co_return Error(InvalidRequest, insist == Insist::kLifecycle
                                        ? "Missing required header for this request: Content-MD5"
                                        : "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  auto text = co_await call.payload().read_all(cap);
  if (!text) co_return text.error();
  PayloadDigests digests(std::move(*declared), nullptr);
  digests.update(std::as_bytes(std::span(*text)));
  if (auto verified = digests.verify(call.payload()); !verified) co_return verified.error();
  co_return std::move(*text);
}

}  // namespace keymill::s3
