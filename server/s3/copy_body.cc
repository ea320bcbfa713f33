#include "server/s3/copy_body.h"

#include "server/aws/ids.h"
#include "server/http/runtime.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "store/body_cipher.h"

namespace keymill::s3 {

std::string RandomEtag() {
  const std::string bytes = aws::RandomBytes(16);
  return sigv4::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Task<bool> CopyBytes(pipeline::Call& call, const BodySource& source, const ChecksumKind& kind, CopiedDigests& digests,
                     OwnedBlob* blob, const CustomerKey& key) {
  sigv4::Md5 md5;
  ChecksumHasher hasher(kind);
  std::optional<store::BodyReader> reader;
  std::optional<store::BlobWriter> writer;
  if (blob != nullptr) writer.emplace(call.services().db);
  std::string nonce;
  std::optional<store::BodyCipher> cipher;
  if (key) {
    nonce = aws::RandomBytes(store::kNonceSize);
    cipher.emplace(key.bytes(), nonce);
  }
  std::vector<std::byte> encrypted;
  auto copy_piece = [&] {
    if (!reader) {
      reader.emplace(call.services().db, source.body, source.range.first, source.range.length, source.key.bytes());
    }
    auto bytes = reader->next();
    const bool end = bytes.empty();
    md5.update({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    hasher.update(bytes);
    if (!writer) return end;
    if (cipher && !end) {
      encrypted.resize(bytes.size());
      cipher->apply(bytes, encrypted.data());
      bytes = encrypted;
    }
    if (!end) {
      writer->append(bytes);
    } else if (source.range.length > 0) {
      store::BlobRef written = writer->finish();
      written.nonce = nonce;
      blob->set(std::move(written));
    }
    return end;
  };
  try {
    while (!co_await http::Blocking(copy_piece)) {
    }
  } catch (const store::BodyGone&) {
    co_return false;
  }
  digests.etag = key ? RandomEtag() : sigv4::hex(md5.finish());
  digests.checksum = {std::string(kind.name), hasher.finish(), false};
  co_return true;
}

}  // namespace keymill::s3
