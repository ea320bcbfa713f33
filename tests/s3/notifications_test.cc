#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/s3/event_message.h"
#include "server/s3/events.h"
#include "server/s3/notification_configuration.h"

namespace keymill::s3 {
namespace {

namespace json = boost::json;
using store::Change;

/// The refusal of a configuration in us-east-1; empty if it is taken.
std::string Refusal(const std::string& inner) {
  const auto document = aws::XmlDocument::Parse("<N>" + inner + "</N>", "N");
  NotificationConfiguration configuration;
  if (!document || !aws::Read(document->root(), configuration)) return "MalformedXML";
  const auto checked = CheckNotifications(configuration, "us-east-1");
  return checked ? "" : std::string(checked.error().code()) + ": " + std::string(checked.error().message());
}
std::string Queue(const std::string& name, const std::string& event, const std::string& filter = {}) {
  const std::string rules = filter.empty() ? "" : "<Filter><S3Key>" + filter + "</S3Key></Filter>";
  return "<QueueConfiguration><Queue>arn:aws:sqs:us-east-1:123456789012:" + name + "</Queue><Event>s3:" + event +
         "</Event>" + rules + "</QueueConfiguration>";
}
std::string Part(const std::string& name, const std::string& value) {
  return "<FilterRule><Name>" + name + "</Name><Value>" + value + "</Value></FilterRule>";
}

TEST(NotificationConfiguration, RefusesDestinationsOfOtherServicesAndRegions) {
  EXPECT_EQ(Refusal(Queue("q", "ObjectCreated:*")), "");
  const std::string malformed = "InvalidArgument: The ARN is not well formed";
  const auto queue = [](const std::string& arn) {
    return Refusal("<QueueConfiguration><Queue>" + arn +
                   "</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>");
  };
  EXPECT_EQ(queue("queue"), malformed);
  EXPECT_EQ(queue("arn:aws:sns:us-east-1:123456789012:t"), malformed);
  EXPECT_EQ(queue("arn:aws:sqs:us-east-1:12:q"), malformed);
  EXPECT_EQ(queue("arn:aws:sqs:eu-west-1:123456789012:q"),
            "InvalidArgument: The notification destination service region is not valid for the bucket location "
            "constraint");
  EXPECT_EQ(Refusal("<TopicConfiguration><Event>s3:ObjectCreated:*</Event></TopicConfiguration>"), "MalformedXML");
}

TEST(NotificationConfiguration, RefusesUnknownEventsAndFilters) {
  EXPECT_EQ(Refusal(Queue("q", "ObjectEaten:*")), "InvalidArgument: The event is not supported for notifications");
  EXPECT_EQ(Refusal(Queue("q", "ObjectCreated:*", Part("infix", "a"))),
            "InvalidArgument: filter rule name must be either prefix or suffix");
  EXPECT_EQ(Refusal(Queue("q", "ObjectCreated:*", Part("prefix", "a") + Part("Prefix", "b"))),
            "InvalidArgument: Cannot specify more than one prefix rule in a filter.");
  EXPECT_EQ(Refusal(Queue("q", "ObjectCreated:*", Part("suffix", std::string(1025, 'x')))),
            "InvalidArgument: Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation");
}

TEST(NotificationConfiguration, RefusesTwoThatWouldTellOfOneEvent) {
  EXPECT_EQ(Refusal(Queue("a", "ObjectCreated:Put") + Queue("b", "ObjectCreated:*")),
            "InvalidArgument: Configurations overlap. Configurations on the same bucket cannot share a common event "
            "type.");
  EXPECT_EQ(Refusal(Queue("a", "ObjectCreated:Put") + Queue("b", "ObjectCreated:Post")), "");
  const std::string ambiguous =
      "InvalidArgument: Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the "
      "prefixes are overlapping for the same event type.";
  const auto both = [](const std::string& one, const std::string& other) {
    return Refusal(Queue("a", "ObjectCreated:*", one) + Queue("b", "ObjectCreated:Put", other));
  };
  EXPECT_EQ(both(Part("prefix", "images/"), Part("prefix", "images/cats/")), ambiguous);
  EXPECT_EQ(both(Part("prefix", "images/"), Part("suffix", ".jpg")), ambiguous);
  EXPECT_EQ(both(Part("prefix", "images/"), Part("prefix", "logs/")), "");
  EXPECT_EQ(
      both(Part("prefix", "images/") + Part("suffix", ".png"), Part("prefix", "images/") + Part("suffix", ".jpg")), "");
}

TEST(NotificationConfiguration, GivesAnIdAndWritesFilterNamesAsS3Does) {
  const std::string text =
      "<N>" + Queue("q", "ObjectCreated:*", Part("SUFFIX", ".jpg")) + "<EventBridgeConfiguration/></N>";
  const auto document = aws::XmlDocument::Parse(text, "N");
  NotificationConfiguration configuration;
  ASSERT_TRUE(aws::Read(document->root(), configuration));
  ASSERT_TRUE(CheckNotifications(configuration, "us-east-1"));
  const std::string written = aws::Document("N", {}, configuration);
  EXPECT_NE(written.find("<QueueConfiguration><Id>"), std::string::npos) << written;
  EXPECT_NE(written.find("<Name>Suffix</Name><Value>.jpg</Value>"), std::string::npos) << written;
  EXPECT_NE(written.find("<EventBridgeConfiguration"), std::string::npos) << written;

  store::Bucket bucket;
  bucket.region = "us-east-1";
  bucket.account = "123456789012";
  const auto rules = CompileNotifications(configuration, bucket);
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].suffix, ".jpg");
  EXPECT_EQ(rules[1].destination, "arn:aws:events:us-east-1:123456789012:event-bus/default");
}

TEST(Event, IsWantedByTypeAndKey) {
  EXPECT_TRUE(CoversEvent("s3:ObjectCreated:*", "s3:ObjectCreated:Put"));
  EXPECT_FALSE(CoversEvent("s3:ObjectCreated:Put", "s3:ObjectCreated:*"));
  EXPECT_FALSE(CoversEvent("s3:ObjectCreated:Put", "s3:ObjectCreated:Post"));
  const NotificationRule rule{"id", "arn", false, {"s3:ObjectRemoved:*"}, "a/", ".log"};
  EXPECT_TRUE(Wants(rule, "ObjectRemoved:Delete", "a/x.log"));
  EXPECT_FALSE(Wants(rule, "ObjectRemoved:Delete", "b/x.log"));
  EXPECT_FALSE(Wants(rule, "ObjectRemoved:Delete", "a/x.txt"));
  EXPECT_FALSE(Wants(rule, "ObjectCreated:Put", "a/x.log"));
  EXPECT_TRUE(Wants({"", "bus", true, {}, "", ""}, "ObjectCreated:Put", "k")) << "an event bus hears everything";
}

TEST(Event, IsNamedByWhatChangedAndWhoDidIt) {
  EXPECT_EQ(FindEventKind(Change::Kind::kPut, "CompleteMultipartUpload")->name,
            "ObjectCreated:CompleteMultipartUpload");
  EXPECT_EQ(FindEventKind(Change::Kind::kDeleteMarker, "DeleteObjects")->name, "ObjectRemoved:DeleteMarkerCreated");
  EXPECT_EQ(FindEventKind(Change::Kind::kErased, "")->name, "LifecycleExpiration:Delete");
  EXPECT_EQ(FindEventKind(Change::Kind::kUpdated, "PutObjectRetention"), nullptr) << "S3 tells nobody";
}

struct Message : testing::Test {
  Message() {
    bucket.name = "bucket";
    bucket.account = "123456789012";
    bucket.region = "eu-west-1";
    origin.time = 1735718400123;
    origin.principal_id = "AWS:AIDAUSER";
    origin.requester = "123456789012";
    origin.source_ip = "192.0.2.3";
    origin.request_id = "REQUEST";
    origin.host_id = "HOST";
  }
  json::value record(const Change& change, std::string_view operation) {
    const auto* kind = FindEventKind(change.kind, operation);
    return json::parse(RecordsMessage(bucket, {"rule", "arn", false, {}, "", ""}, change, *kind, origin))
        .at("Records")
        .at(0);
  }
  store::Bucket bucket;
  EventOrigin origin;
};

TEST_F(Message, HasEveryMemberOfARecord) {
  const auto record = this->record({Change::Kind::kPut, "red flower+1.jpg", "VERSION", "abc", 1024, 0x2A}, "PutObject");
  const json::value expected = json::parse(R"({
    "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
    "eventTime": "2025-01-01T08:00:00.123Z", "eventName": "ObjectCreated:Put",
    "userIdentity": {"principalId": "AWS:AIDAUSER"}, "requestParameters": {"sourceIPAddress": "192.0.2.3"},
    "responseElements": {"x-amz-request-id": "REQUEST", "x-amz-id-2": "HOST"},
    "s3": {"s3SchemaVersion": "1.0", "configurationId": "rule",
      "bucket": {"name": "bucket", "ownerIdentity": {"principalId": "OWNER"}, "arn": "arn:aws:s3:::bucket"},
      "object": {"key": "red+flower%2B1.jpg", "size": 1024, "eTag": "abc", "versionId": "VERSION",
                 "sequencer": "00000000000000002A"}}})");
  json::value adjusted = expected;
  adjusted.at("s3").at("bucket").at("ownerIdentity").at("principalId") = CustomerId("123456789012");
  EXPECT_EQ(record, adjusted) << json::serialize(record);
}

TEST_F(Message, SaysOnlyWhatIsKnownOfWhatIsGone) {
  const auto erased = record({Change::Kind::kErased, "k", "", "abc", 9, 1}, "DeleteObject").at("s3").at("object");
  EXPECT_EQ(json::serialize(erased), R"({"key":"k","sequencer":"000000000000000001"})");
  const auto marker = record({Change::Kind::kDeleteMarker, "k", "V", "", 0, 2}, "DeleteObject").at("s3").at("object");
  EXPECT_EQ(
      json::serialize(marker),
      R"({"key":"k","eTag":"d41d8cd98f00b204e9800998ecf8427e","versionId":"V","sequencer":"000000000000000002"})");
}

TEST_F(Message, IsOfVersion23ForTagsAndAcls) {
  const auto tagged = record({Change::Kind::kUpdated, "k", "", "abc", 9, 1}, "PutObjectTagging");
  EXPECT_EQ(tagged.at("eventVersion"), "2.3");
  EXPECT_EQ(tagged.at("s3").at("object").as_object().if_contains("sequencer"), nullptr);
}

TEST_F(Message, ForAnEventBusTellsWhyAndHowAnObjectWent) {
  const Change change{Change::Kind::kDeleteMarker, "a b", "V", "", 0, 2};
  const auto event = json::parse(BusMessage(bucket, change, *FindEventKind(change.kind, ""), origin));
  EXPECT_EQ(event.at("detail-type"), "Object Deleted");
  EXPECT_EQ(event.at("source"), "aws.s3");
  EXPECT_EQ(event.at("resources").at(0), "arn:aws:s3:::bucket");
  EXPECT_EQ(event.at("detail").at("object").at("key"), "a b") << "as it is";
  EXPECT_EQ(event.at("detail").at("reason"), "Lifecycle Expiration");
  EXPECT_EQ(event.at("detail").at("deletion-type"), "Delete Marker Created");
}

}  // namespace
}  // namespace keymill::s3
