#include "server/s3/event_message.h"

#include <array>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server/aws/host_id.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/s3/list_encoding.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

namespace json = boost::json;
using Kind = store::Change::Kind;

/// Of a delete marker, which has no bytes: the MD5 of none.
constexpr std::string_view kEmptyEtag = "d41d8cd98f00b204e9800998ecf8427e";

/// Events of one key compare as their sequencers do. As many digits as S3's have.
std::string Sequencer(const store::Change& change) {
  const std::uint64_t number = change.sequence;
  std::array<std::uint8_t, 9> octets{};
  for (std::size_t i = 0; i < 8; ++i) octets[8 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  std::string digits = sigv4::hex(octets);
  for (char& c : digits) c = static_cast<char>(c >= 'a' ? c - ('a' - 'A') : c);
  return digits;
}

/// What is known of the object: nothing of its content if it is gone.
struct Facts {
  bool size = false, etag = false, sequencer = false;
};
Facts FactsOf(const store::Change& change) {
  const bool gone = change.kind == Kind::kErased;
  // A sequencer tells the order of writes and deletions only.
  return {change.kind == Kind::kPut || change.kind == Kind::kUpdated, !gone, change.kind != Kind::kUpdated};
}
std::string EtagOf(const store::Change& change) {
  return change.kind == Kind::kDeleteMarker ? std::string(kEmptyEtag) : change.etag;
}

std::string_view VersionOf(const std::string_view event) {
  for (const std::string_view newer :
       {"Lifecycle", "IntelligentTiering", "ObjectAcl", "ObjectTagging", "ObjectRestore:Delete"}) {
    if (event.starts_with(newer)) return "2.3";
  }
  return "2.1";
}

json::object Record(const store::Bucket& bucket, const NotificationRule& rule, const store::Change& change,
                    const EventKind& kind, const EventOrigin& origin) {
  const Facts facts = FactsOf(change);
  json::object object{{"key", EncodeListed(change.key)}};
  if (facts.size) object["size"] = change.size;
  if (facts.etag) object["eTag"] = EtagOf(change);
  if (!change.version_id.empty()) object["versionId"] = change.version_id;
  if (facts.sequencer) object["sequencer"] = Sequencer(change);
  const std::string& name = bucket.name;
  return {
      {"eventVersion", VersionOf(kind.name)},
      {"eventSource", "aws:s3"},
      {"awsRegion", bucket.region},
      {"eventTime", aws::IsoMillis(origin.time)},
      {"eventName", kind.name},
      {"userIdentity", json::object{{"principalId", origin.principal_id}}},
      {"requestParameters", json::object{{"sourceIPAddress", origin.source_ip}}},
      {"responseElements", json::object{{"x-amz-request-id", origin.request_id}, {"x-amz-id-2", origin.host_id}}},
      {"s3", json::object{
                 {"s3SchemaVersion", "1.0"},
                 {"configurationId", rule.id},
                 {"bucket", json::object{{"name", name},
                                         {"ownerIdentity", json::object{{"principalId", CustomerId(bucket.account)}}},
                                         {"arn", "arn:aws:s3:::" + name}}},
                 {"object", std::move(object)}}}};
}

}  // namespace

std::string RecordsMessage(const store::Bucket& bucket, const NotificationRule& rule, const store::Change& change,
                           const EventKind& kind, const EventOrigin& origin) {
  json::array records;
  records.push_back(Record(bucket, rule, change, kind, origin));
  return json::serialize(json::object{{"Records", std::move(records)}});
}

std::string BusMessage(const store::Bucket& bucket, const store::Change& change, const EventKind& kind,
                       const EventOrigin& origin) {
  const Facts facts = FactsOf(change);
  const std::string& name = bucket.name;
  json::object object{{"key", change.key}};  // not encoded here
  if (facts.size) object["size"] = change.size;
  if (facts.etag) object["etag"] = EtagOf(change);
  if (!change.version_id.empty()) object["version-id"] = change.version_id;
  if (facts.sequencer) object["sequencer"] = Sequencer(change);
  json::object detail{{"version", "0"},
                      {"bucket", json::object{{"name", name}}},
                      {"object", std::move(object)},
                      {"request-id", origin.request_id},
                      {"requester", origin.requester},
                      {"source-ip-address", origin.source_ip}};
  if (!kind.reason.empty()) detail["reason"] = kind.reason;
  if (change.kind == Kind::kErased) detail["deletion-type"] = "Permanently Deleted";
  if (change.kind == Kind::kDeleteMarker) detail["deletion-type"] = "Delete Marker Created";
  json::array resources;
  resources.push_back(json::string("arn:aws:s3:::" + name));
  return json::serialize(json::object{{"version", "0"},
                                      {"id", aws::NewUuid()},
                                      {"detail-type", kind.detail_type},
                                      {"source", "aws.s3"},
                                      {"account", bucket.account},
                                      {"time", aws::IsoSeconds(origin.time)},
                                      {"region", bucket.region},
                                      {"resources", std::move(resources)},
                                      {"detail", std::move(detail)}});
}

std::string TestMessage(const pipeline::Call& call) {
  return json::serialize(json::object{{"Service", "Amazon S3"},
                                      {"Event", "s3:TestEvent"},
                                      {"Time", aws::IsoMillis(call.now())},
                                      {"Bucket", call.route().bucket},
                                      {"RequestId", call.request_id()},
                                      {"HostId", aws::HostIdOf(call.request_id())}});
}

}  // namespace keymill::s3
