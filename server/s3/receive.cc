#include "server/s3/receive.h"

#include <algorithm>
#include <cstring>

#include "server/aws/ids.h"
#include "server/http/runtime.h"
#include "server/s3/copy_body.h"
#include "server/s3/errors.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

Error TooLarge(std::uint64_t proposed) {
  return Error(EntityTooLarge)
      .with("ProposedSize", std::to_string(proposed))
      .with("MaxSizeAllowed", std::to_string(kMaxSinglePut));
}

}  // namespace

Receiver::Receiver(pipeline::Call& call, DeclaredDigests declared, const ChecksumKind& stored)
    : call_(call), digests_(std::move(declared), &stored) {}

Receiver::~Receiver() {
  if (blob_) store::Discard(call_.services().db, *blob_);
}

void Receiver::encrypt(const CustomerKey& key) {
  if (!key) return;
  nonce_ = aws::RandomBytes(store::kNonceSize);
  cipher_.emplace(key.bytes(), nonce_);
  random_etag_ = RandomEtag();
}

Task<Result<>> Receiver::receive() {
  pipeline::Payload& payload = call_.payload();
  if (const auto length = payload.length()) {
    if (*length > kMaxSinglePut) co_return TooLarge(*length);
    grow(static_cast<std::size_t>(std::min<std::uint64_t>(*length, store::kChunkSize)));
  }
  for (;;) {
    auto bytes = co_await payload.next();
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) break;
    size_ += bytes->size();
    if (size_ > kMaxSinglePut) co_return TooLarge(size_);
    digests_.update(*bytes);
    co_await take(*bytes);
  }
  if (auto finished = payload.finish(); !finished) co_return finished.error();
  if (auto verified = digests_.verify(payload); !verified) co_return verified.error();
  if (writer_ || filled_ > store::kRowLimit) {
    auto finish = [this] {
      if (!writer_) writer_.emplace(call_.services().db);
      writer_->append({piece_.get(), filled_});
      blob_ = writer_->finish();
      blob_->nonce = nonce_;
      writer_.reset();
    };
    co_await http::Blocking(finish);
  }
  co_return Result<>();
}

void Receiver::grow(std::size_t capacity) {
  if (capacity <= capacity_) return;
  auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (filled_ > 0) std::memcpy(larger.get(), piece_.get(), filled_);
  piece_ = std::move(larger);
  capacity_ = capacity;
}

Task<> Receiver::take(http::Bytes bytes) {
  while (!bytes.empty()) {
    if (filled_ == capacity_) {
      // A body of unknown length starts in what one row can hold and goes on in chunks.
      if (capacity_ < store::kRowLimit)
        grow(store::kRowLimit);
      else if (capacity_ < store::kChunkSize)
        grow(store::kChunkSize);
      else
        co_await flush();
    }
    const std::size_t count = std::min(bytes.size(), capacity_ - filled_);
    if (cipher_)
      cipher_->apply(bytes.first(count), piece_.get() + filled_);
    else
      std::memcpy(piece_.get() + filled_, bytes.data(), count);
    filled_ += count;
    bytes = bytes.subspan(count);
  }
}

Task<> Receiver::flush() {
  auto append = [this] {
    if (!writer_) writer_.emplace(call_.services().db);
    writer_->append({piece_.get(), filled_});
  };
  co_await http::Blocking(append);
  filled_ = 0;
}

std::string Receiver::etag() const {
  return cipher_ ? random_etag_ : sigv4::hex(digests_.md5());
}

store::Checksum Receiver::checksum() const {
  return {std::string(digests_.kind()->name), digests_.checksum(), false};
}

store::Body Receiver::place(store::Txn& txn) {
  store::Body body = PlaceBody(txn, blob_, {piece_.get(), filled_});
  if (blob_) return body;  // which got its nonce when it was written
  if (!body.blobs.empty())
    body.blobs.back().nonce = nonce_;
  else if (filled_ > 0)
    body.inline_nonce = nonce_;
  return body;
}

store::Body PlaceBody(store::Txn& txn, const std::optional<store::BlobRef>& blob, std::span<const std::byte> bytes) {
  store::Body body;
  if (blob)
    body.blobs.push_back(*blob);
  else if (bytes.size() > store::kInlineLimit)
    body.blobs.push_back(store::PutRow(txn, bytes));
  else if (!bytes.empty())
    body.inline_bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return body;
}

}  // namespace keymill::s3
