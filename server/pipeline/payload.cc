#include "server/pipeline/payload.h"

#include "server/pipeline/errors.h"
#include "server/pipeline/plain_payload.h"
#include "sigv4/encoding.h"
#include "sigv4/payload.h"

namespace keymill::pipeline {

Task<Result<std::string>> Payload::read_all(std::size_t cap) {
  std::string all;
  for (;;) {
    auto piece = co_await next();
    if (!piece) co_return std::move(piece.error());
    if (piece->empty()) break;
    if (all.size() + piece->size() > cap) {
      co_return aws::Error(MaxMessageLengthExceeded).with("MaxMessageLengthBytes", std::to_string(cap));
    }
    all.append(reinterpret_cast<const char*>(piece->data()), piece->size());
  }
  if (auto verified = finish(); !verified) co_return std::move(verified.error());
  co_return all;
}

Task<Result<http::Bytes>> PlainPayload::next() {
  auto piece = co_await body_.next();
  if (piece && announced_) hash_.update({reinterpret_cast<const char*>(piece->data()), piece->size()});
  co_return piece;
}

Result<> PlainPayload::finish() {
  if (!announced_) return {};
  auto computed = hash_.finish();
  sigv4::PayloadHash announced{sigv4::PayloadHash::Kind::Digest, false, false, false, *announced_};
  if (announced.matches(computed)) return {};
  return aws::Error(XAmzContentSha256Mismatch)
      .with("ClientComputedContentSHA256", *announced_)
      .with("S3ComputedContentSHA256", sigv4::hex(computed));
}

}  // namespace keymill::pipeline
