#include "server/control/seed_bodies.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "server/s3/checksums.h"
#include "server/s3/receive.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::control {
namespace {

/// Calls `take` with the content in pieces of at most a chunk.
template <class Take>
void ReadContent(const SeedVersion& object, Take&& take) {
  if (!object.file) {
    for (std::string_view rest = object.content; !rest.empty();) {
      const std::string_view piece = rest.substr(0, store::kChunkSize);
      take(piece);
      rest.remove_prefix(piece.size());
    }
    return;
  }
  std::ifstream file(*object.file, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + object.file->string() + ": " + std::strerror(errno));
  std::vector<char> piece(store::kChunkSize);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
    take(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())));
  }
  if (file.bad()) throw std::runtime_error("cannot read " + object.file->string());
}

class Measure {
 public:
  explicit Measure(const SeedVersion& object)
      : checksum_(*s3::FindChecksumKind(object.checksum_algorithm.value_or(std::string(s3::kCrc64Nvme.name)))) {}
  void update(std::string_view piece) {
    size_ += piece.size();
    md5_.update(piece);
    checksum_.update(std::as_bytes(std::span(piece)));
  }
  BodyFacts finish() {
    return {size_, sigv4::hex(md5_.finish()), {std::string(checksum_.kind().name), checksum_.finish(), false}};
  }

 private:
  std::uint64_t size_ = 0;
  sigv4::Md5 md5_;
  s3::ChecksumHasher checksum_;
};

}  // namespace

SeedBodies::~SeedBodies() {
  for (const auto& [path, blob] : blobs_) store::Discard(db_, blob);
}

void SeedBodies::measure(const SeedVersion& object) {
  Measure measure(object);
  ReadContent(object, [&](std::string_view piece) { measure.update(piece); });
  facts_[object.path] = measure.finish();
}

std::optional<store::Body> SeedBodies::place(store::Txn& txn, const SeedVersion& object) {
  const bool small = !object.file && object.content.size() <= store::kRowLimit;
  if (small || facts(object).size == 0)
    return s3::PlaceBody(txn, std::nullopt, std::as_bytes(std::span(object.content)));
  const auto blob = blobs_.find(object.path);
  if (blob == blobs_.end()) {
    wanted_.emplace(object.path, &object);
    return std::nullopt;
  }
  placed_.emplace(object.path, &object);
  return s3::PlaceBody(txn, blob->second, {});
}

void SeedBodies::write_wanted() {
  for (const auto& [path, object] : wanted_) {
    Measure measure(*object);
    store::BlobWriter writer(db_);
    ReadContent(*object, [&](std::string_view piece) {
      measure.update(piece);
      writer.append(std::as_bytes(std::span(piece)));
    });
    blobs_.emplace(path, writer.finish());
    if (measure.finish().etag != facts_.at(path).etag) {
      throw std::runtime_error(object->file.value_or("").string() + " was changed while it was read");
    }
  }
  wanted_.clear();
}

void SeedBodies::kept() {
  for (const auto& [path, object] : placed_) blobs_.erase(path);
}

}  // namespace keymill::control
