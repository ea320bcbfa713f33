#include "server/s3/log_delivery.h"

#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/aws/ids.h"
#include "server/log.h"
#include "server/s3/checksums.h"
#include "server/s3/encryption.h"
#include "server/s3/events.h"
#include "server/s3/lookup.h"
#include "server/s3/versions.h"
#include "sigv4/digest.h"
#include "sigv4/encoding.h"
#include "store/blobs.h"
#include "store/buckets.h"
#include "store/changes.h"

namespace keymill::s3 {
namespace {

std::string Format(store::Millis time, const char* format) {
  const std::time_t seconds = time / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, format, &utc)};
}

std::string UniqueString() {
  const std::string random = aws::RandomBytes(8);
  std::string digits = sigv4::hex(std::span(reinterpret_cast<const std::uint8_t*>(random.data()), random.size()));
  for (char& c : digits) c = static_cast<char>(c >= 'a' ? c - ('a' - 'A') : c);
  return digits;
}

std::optional<LogTarget> TargetOf(const store::Db& db, const store::Bucket& source) {
  const store::Reader reader(db, store::Reader::Mode::kBlocking);
  return ReadLogTarget(reader, source);
}

/// One object to write. A large body lies in a blob already.
class Delivery {
 public:
  Delivery(const pipeline::LogBatch& batch, const LogTarget& target, store::Db& db, store::Millis now)
      : batch_(batch), target_(target), db_(db) {
    const auto octets = std::as_bytes(std::span(batch.lines));
    object_.key = LogObjectKey(batch, target, now, UniqueString());
    object_.owner = batch.source.account;
    object_.modified = WholeSeconds(now);
    object_.content_type = "text/plain";
    object_.size = batch.lines.size();
    object_.etag = sigv4::hex(sigv4::md5(batch.lines));
    ChecksumHasher hasher(kCrc64Nvme);
    hasher.update(octets);
    object_.checksum = {std::string(kCrc64Nvme.name), hasher.finish(), false};
    if (batch.lines.size() <= store::kRowLimit) return;
    store::BlobWriter writer(db);
    for (std::size_t at = 0; at < octets.size(); at += store::kChunkSize) {
      writer.append(octets.subspan(at, std::min(store::kChunkSize, octets.size() - at)));
    }
    blob_ = writer.finish();
  }
  ~Delivery() {
    if (blob_) store::Discard(db_, *blob_);
  }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// False if there is no target to write to.
  bool write(store::Committer& committer, std::string_view region) {
    bool written = false;
    const std::string version_id = NewVersionId();
    committer.run([&](store::Txn& txn) {
      changes_.clear();
      const auto target = store::FindBucket(txn, target_.bucket);
      written = target && target->account == batch_.source.account && target->region == batch_.source.region;
      if (!written) return;
      const store::Watching watch(changes_);
      if (blob_)
        object_.body.blobs = {*blob_};
      else if (batch_.lines.size() > store::kInlineLimit)
        object_.body.blobs = {store::PutRow(txn, std::as_bytes(std::span(batch_.lines)))};
      else
        object_.body.inline_bytes = batch_.lines;
      ApplyDefaultEncryption(txn, *target, region, object_);
      StoreObject(txn, *target, object_, version_id);
    });
    if (written) blob_.reset();
    return written;
  }
  const std::vector<store::Change>& changes() const { return changes_; }

 private:
  const pipeline::LogBatch& batch_;
  const LogTarget& target_;
  store::Db& db_;
  store::Object object_;
  std::optional<store::BlobRef> blob_;
  std::vector<store::Change> changes_;
};

}  // namespace

std::string LogObjectKey(const pipeline::LogBatch& batch, const LogTarget& target, store::Millis now,
                         std::string_view unique) {
  std::string key = target.prefix;
  if (target.partitioned) {
    const store::Millis date = target.by_event_time ? batch.day : now;
    key.append(batch.source.account).append("/").append(batch.source.region).append("/").append(batch.source.name);
    key += Format(date, "/%Y/%m/%d/");
  }
  key += target.by_event_time ? Format(batch.day, "%Y-%m-%d-00-00-00-") : Format(now, "%Y-%m-%d-%H-%M-%S-");
  return key.append(unique);
}

LogDelivery DeliverAccessLogs(pipeline::AccessLog& log, store::Db& db, store::Committer& committer,
                              pipeline::Notifications& notifications, std::string_view region, store::Millis now) {
  LogDelivery done;
  for (const pipeline::LogBatch& batch : log.take()) {
    const auto target = TargetOf(db, batch.source);
    if (!target) continue;  // switched off meanwhile
    Delivery delivery(batch, *target, db, now);
    if (!delivery.write(committer, region)) {
      ++done.lost;
      log::Warn("an access log has no target", {{"bucket", batch.source.name}, {"target", target->bucket}});
      continue;
    }
    ++done.objects;
    done.bytes += batch.lines.size();
    PublishServiceChanges(notifications, db, target->bucket, delivery.changes(),
                          ServiceOrigin("PutObject", "logging.s3.amazonaws.com", now));
  }
  return done;
}

}  // namespace keymill::s3
