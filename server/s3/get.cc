#include "server/s3/get.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "server/aws/time.h"
#include "server/http/runtime.h"
#include "server/s3/archive.h"
#include "server/s3/conditions.h"
#include "server/s3/customer_key.h"
#include "server/s3/errors.h"
#include "server/s3/lifecycle_configuration.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/range.h"
#include "server/s3/uploads.h"
#include "server/s3/versions.h"
#include "sigv4/encoding.h"
#include "store/blobs.h"

namespace keymill::s3 {
namespace {

/// The bytes of an object that an answer carries.
struct Selection {
  ByteRange range;
  bool partial = false;                     ///< 206 with Content-Range
  const store::ObjectPart* part = nullptr;  ///< asked for by its number
};

/// One part of a multipart object; an object uploaded whole is its own part 1.
Result<Selection> SelectPart(std::string_view text, const store::Object& object) {
  const auto number = ParsePartNumber(text);
  if (!number) return number.error();
  const std::uint32_t count = std::max(object.part_count, 1u);
  if (*number > count) {
    return Error(InvalidPartNumber)
        .with("ActualPartCount", std::to_string(count))
        .with("PartNumberRequested", std::string(text));
  }
  Selection selection{{0, object.size}, object.size > 0, nullptr};
  if (object.parts.empty()) return selection;
  for (std::uint32_t i = 0; i + 1 < *number; ++i) selection.range.first += object.parts[i].size;
  selection.part = &object.parts[*number - 1];
  selection.range.length = selection.part->size;
  return selection;
}

bool IfRangeHolds(const Call& call, const store::Object& object) {
  const auto condition = call.header("if-range");
  return !condition || MatchesEtag(*condition, object.etag) || *condition == aws::HttpDate(object.modified);
}

Result<Selection> Select(const Call& call, const store::Object& object) {
  const auto header = call.header("range");
  if (const auto part = call.params().find("partNumber")) {
    if (header) return Error(InvalidRequest, "Cannot specify both Range header and partNumber query parameter");
    return SelectPart(*part, object);
  }
  if (!header || !IfRangeHolds(call, object)) return Selection{{0, object.size}, false, nullptr};
  const RangeRequest request = ParseRange(*header, object.size);
  switch (request.kind) {
    case RangeRequest::Kind::kPart:
      return Selection{request.range, true, nullptr};
    case RangeRequest::Kind::kWhole:
      return Selection{{0, object.size}, false, nullptr};
    case RangeRequest::Kind::kUnsatisfiable:
      break;
  }
  return Error(InvalidRange)
      .with("RangeRequested", std::string(*header))
      .with("ActualObjectSize", std::to_string(object.size));
}

/// What one read of the store finds out for an answer.
struct Found {
  store::Bucket bucket;
  std::shared_ptr<const store::Object> object;
  bool unchanged = false;                 ///< 304
  std::optional<std::string> expiration;  ///< x-amz-expiration, of a current version
  Selection selection;
  std::optional<store::BodyReader> body;  ///< of the selection, unless it lies in the object's record as it is
  bool body_at_hand = false;              ///< reading it does not touch the disk any more
};

void OpenBody(const store::Reader& reader, const CustomerKey& key, Found& found) {
  const std::vector<store::BlobRef>& blobs = found.object->body.blobs;
  found.body_at_hand = blobs.empty() || (blobs.size() == 1 && blobs[0].placement == store::BlobPlacement::kRows);
  if (!found.body_at_hand && reader.mode() == store::Reader::Mode::kCached) throw store::WouldBlock{};
  found.body.emplace(reader, found.object->body, found.selection.range.first, found.selection.range.length,
                     key.bytes());
}

/// Fills `found`, which stays in the caller's frame: a bucket has many strings to move.
Result<> Find(const store::Reader& reader, const Call& call, const CustomerKey& key, const Retrieval& what,
              Found& found) {
  for (;;) {
    auto required = RequireSharedObject(reader, call, what.key);
    if (!required) return required.error();
    found = Found{std::move(required->bucket), std::move(required->object), false, {}, {}, std::nullopt, false};
    if (auto checked = CheckCustomerKey(key, *found.object); !checked) return checked.error();
    if (!call.params().find("versionId")) found.expiration = ExpirationHeader(reader, found.bucket, *found.object);
    if (what.error_status == 0) {
      const auto fresh = CheckRead(ReadConditionsOf(call), *found.object, call.now());
      if (!fresh) return fresh.error();
      found.unchanged = !*fresh;
      if (found.unchanged) return {};
    }
    if (what.with_body) {
      if (auto readable = CheckReadable(*found.object, call.now()); !readable) return readable.error();
    }
    if (what.error_status == 0) {
      const auto selection = Select(call, *found.object);
      if (!selection) return selection.error();
      found.selection = *selection;
    } else {
      found.selection = {{0, found.object->size}, false, nullptr};
    }
    const store::Body& body = found.object->body;
    if (!what.with_body || (body.blobs.empty() && body.inline_nonce.empty())) return {};
    try {
      OpenBody(reader, key, found);
      return {};
    } catch (const store::BodyGone&) {
      // Replaced since its record was read: read the new one.
    }
  }
}

/// Slices of the body: from memory at once, from the disk by way of the blocking pool.
http::BodySource Source(store::BodyReader body, bool at_hand) {
  auto reader = std::make_shared<store::BodyReader>(std::move(body));
  return [reader, at_hand]() -> Task<http::BodyPiece> {
    if (at_hand) co_return http::BodyPiece{reader->next()};
    auto next = [&] { return reader->next(); };
    const http::Bytes bytes = co_await http::Blocking(next);
    co_return http::BodyPiece{bytes, reader->mapped()};
  };
}

/// Everything of the answer but its bytes.
http::Response Describe(const Call& call, const store::Object& object, const Overrides& overrides,
                        const Selection& selection, int error_status) {
  const ByteRange& range = selection.range;
  http::Response response(error_status != 0 ? error_status : selection.partial ? 206 : 200);
  WriteObjectHeaders(response, object, overrides);
  WriteCustomerKeyHeaders(response, call);
  if (selection.partial) {
    response.header("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                         std::to_string(range.first + range.length - 1) + "/" +
                                         std::to_string(object.size));
  }
  if (selection.part != nullptr) response.header("x-amz-mp-parts-count", std::uint64_t{object.part_count});
  if (!sigv4::equals_ignoring_case(call.header_or_empty("x-amz-checksum-mode"), "ENABLED")) return response;
  if (range.length == object.size)
    WriteChecksumHeaders(response, object);
  else if (selection.part != nullptr && object.checksum.composite)
    WriteChecksumHeaders(response, *selection.part);
  return response;
}

}  // namespace

Answer Retrieve(Call& call, Retrieval what) {
  const auto overrides = ReadOverrides(call);
  if (!overrides) co_return overrides.error();
  const auto key = ReadCustomerKey(call);
  if (!key) co_return key.error();
  Found found;
  auto find = [&](const store::Reader& reader) { return Find(reader, call, *key, what, found); };
  auto complete = co_await call.read(find);
  if (!complete) co_return complete.error();
  const store::Object& object = *found.object;
  if (found.unchanged) {
    http::Response unchanged(304);
    WriteObjectHeaders(unchanged, object, *overrides);
    WriteCustomerKeyHeaders(unchanged, call);
    WriteRestoreHeader(unchanged, object, call.now());
    WriteVersionHeader(unchanged, found.bucket, object);
    if (found.expiration) unchanged.header(kExpirationHeader, *found.expiration);
    co_return unchanged;
  }
  const ByteRange& range = found.selection.range;
  http::Response response = Describe(call, object, *overrides, found.selection, what.error_status);
  WriteRestoreHeader(response, object, call.now());
  WriteVersionHeader(response, found.bucket, object);
  if (found.expiration) response.header(kExpirationHeader, *found.expiration);
  if (!what.with_body) {
    response.length_only(range.length);
  } else if (found.body) {
    response.stream(range.length, Source(std::move(*found.body), found.body_at_hand));
  } else {
    const std::string_view bytes = object.body.inline_bytes;
    response.body(found.object, bytes.substr(range.first, range.length));
  }
  co_return response;
}

Answer GetObject(Call& call) {
  return Retrieve(call, {call.route().key, true});
}

Answer HeadObject(Call& call) {
  return Retrieve(call, {call.route().key, false});
}

}  // namespace keymill::s3
