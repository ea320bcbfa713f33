#include <memory>

#include "server/aws/time.h"
#include "server/http/runtime.h"
#include "server/s3/conditions.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/range.h"
#include "sigv4/encoding.h"
#include "store/blobs.h"

namespace keymill::s3 {
namespace {

/// The bytes of an object that an answer carries.
struct Selection {
  ByteRange range;
  bool partial = false;  ///< 206 with Content-Range
};

Result<store::Object> RequireObject(const store::Reader& reader, const Call& call) {
  auto bucket = RequireBucket(reader, call);
  if (!bucket) return bucket.error();
  const auto version = call.params().find("versionId");
  if (version && *version != "null") {
    return InvalidArgumentNamed("Invalid version id specified", "versionId", *version);
  }
  auto object = store::FindObject(reader, bucket->id, call.route().key);
  if (!object || object->delete_marker) return Error(NoSuchKey).with("Key", call.route().key);
  return std::move(*object);
}

Result<Selection> SelectPart(std::string_view text, const store::Object& object) {
  if (text != "1") {
    return Error(InvalidPartNumber).with("ActualPartCount", "1").with("PartNumberRequested", std::string(text));
  }
  return Selection{{0, object.size}, object.size > 0};
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
  if (!header || !IfRangeHolds(call, object)) return Selection{{0, object.size}, false};
  const RangeRequest request = ParseRange(*header, object.size);
  switch (request.kind) {
    case RangeRequest::Kind::kPart: return Selection{request.range, true};
    case RangeRequest::Kind::kWhole: return Selection{{0, object.size}, false};
    case RangeRequest::Kind::kUnsatisfiable: break;
  }
  return Error(InvalidRange)
      .with("RangeRequested", std::string(*header))
      .with("ActualObjectSize", std::to_string(object.size));
}

http::BodySource Source(const store::Db& db, store::Body body, const ByteRange& range) {
  auto reader = std::make_shared<store::BodyReader>(db, std::move(body), range.first, range.length);
  return [reader]() -> Task<http::Bytes> {
    auto next = [&] { return reader->next(); };
    co_return co_await http::Blocking(next);
  };
}

/// Everything of the answer but its bytes.
http::Response Describe(const Call& call, const store::Object& object, const Overrides& overrides,
                        const Selection& selection) {
  const ByteRange& range = selection.range;
  http::Response response(selection.partial ? 206 : 200);
  WriteObjectHeaders(response, object, overrides);
  if (selection.partial) {
    response.header("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                         std::to_string(range.first + range.length - 1) + "/" +
                                         std::to_string(object.size));
  }
  const bool all = range.length == object.size;
  if (all && sigv4::equals_ignoring_case(call.header_or_empty("x-amz-checksum-mode"), "ENABLED")) {
    WriteChecksumHeaders(response, object);
  }
  return response;
}

Answer Retrieve(Call& call, bool with_body) {
  const auto overrides = ReadOverrides(call);
  if (!overrides) co_return overrides.error();
  auto find = [&](const store::Reader& reader) { return RequireObject(reader, call); };
  auto object = co_await call.read(find);
  if (!object) co_return object.error();
  const auto fresh = CheckRead(ReadConditionsOf(call), *object, call.now());
  if (!fresh) co_return fresh.error();
  if (!*fresh) {
    http::Response unchanged(304);
    WriteObjectHeaders(unchanged, *object, *overrides);
    co_return unchanged;
  }
  const auto selection = Select(call, *object);
  if (!selection) co_return selection.error();
  http::Response response = Describe(call, *object, *overrides, *selection);
  const ByteRange& range = selection->range;
  if (!with_body) {
    response.length_only(range.length);
  } else if (object->body.blobs.empty()) {
    std::string& bytes = object->body.inline_bytes;
    response.body(range.length == bytes.size() ? std::move(bytes) : bytes.substr(range.first, range.length), {});
  } else {
    response.stream(range.length, Source(call.services().db, std::move(object->body), range));
  }
  co_return response;
}

}  // namespace

Answer GetObject(Call& call) { return Retrieve(call, true); }

Answer HeadObject(Call& call) { return Retrieve(call, false); }

}  // namespace keymill::s3
