#include <gtest/gtest.h>

#include "server/s3/cors.h"
#include "server/s3/lifecycle.h"

namespace keymill::s3 {
namespace {

/// The code of the refusal, or "" if the document is accepted.
template <class Shape, Result<> (*kCheck)(Shape&)>
std::string Code(std::string_view text) {
  const auto document = aws::XmlDocument::Parse(text, {});
  Shape shape;
  if (!document || !aws::Read(document->root(), shape)) return "MalformedXML";
  const auto checked = kCheck(shape);
  return checked ? "" : std::string(checked.error().code());
}

std::string Cors(const std::string& rule) {
  return Code<CorsConfiguration, CheckCors>("<C><CORSRule>" + rule + "</CORSRule></C>");
}

TEST(CorsConfiguration, NeedsOriginsAndMethods) {
  EXPECT_EQ(Cors("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"), "");
  EXPECT_EQ(Cors("<AllowedOrigin>*</AllowedOrigin>"), "MalformedXML");
  EXPECT_EQ(Cors("<AllowedMethod>GET</AllowedMethod>"), "MalformedXML");
}

TEST(CorsConfiguration, RefusesOtherMethodsAndSecondWildcards) {
  EXPECT_EQ(Cors("<AllowedMethod>PATCH</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"), "InvalidRequest");
  EXPECT_EQ(Cors("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://*.a.*</AllowedOrigin>"), "InvalidRequest");
  EXPECT_EQ(
      Cors("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>a</AllowedOrigin><AllowedHeader>*-*</AllowedHeader>"),
      "InvalidRequest");
}

std::string Lifecycle(const std::string& rule) {
  return Code<LifecycleConfiguration, CheckLifecycle>("<L><Rule><Status>Enabled</Status>" + rule + "</Rule></L>");
}
const std::string kExpires = "<Expiration><Days>1</Days></Expiration>";

TEST(LifecycleConfiguration, NeedsAnActionAndAFilterOrAPrefix) {
  EXPECT_EQ(Lifecycle("<Filter/>" + kExpires), "");
  EXPECT_EQ(Lifecycle("<Prefix>a</Prefix>" + kExpires), "");
  EXPECT_EQ(Lifecycle(kExpires), "MalformedXML");
  EXPECT_EQ(Lifecycle("<Filter/>"), "InvalidRequest");
}

TEST(LifecycleConfiguration, TakesOneCriterionOrSeveralInsideOfAnd) {
  EXPECT_EQ(Lifecycle("<Filter><Prefix>a</Prefix><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>" + kExpires),
            "MalformedXML");
  EXPECT_EQ(Lifecycle("<Filter><And><Prefix>a</Prefix></And></Filter>" + kExpires), "MalformedXML");
  EXPECT_EQ(
      Lifecycle("<Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>" + kExpires),
      "");
}

TEST(LifecycleConfiguration, ExpiresByOneMeasure) {
  EXPECT_EQ(Lifecycle("<Filter/><Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></"
                      "Expiration>"),
            "MalformedXML");
  EXPECT_EQ(Lifecycle("<Filter/><Expiration><Days>0</Days></Expiration>"), "InvalidArgument");
  EXPECT_EQ(Lifecycle("<Filter/><Expiration><Date>2025-01-01T00:00:00Z</Date></Expiration>"), "");
  EXPECT_EQ(Lifecycle("<Filter/><Expiration><Date>2025-01-01T01:00:00Z</Date></Expiration>"), "InvalidArgument");
}

TEST(LifecycleConfiguration, GivesEachRuleAnId) {
  LifecycleConfiguration configuration;
  LifecycleRule rule;
  rule.filter.emplace();
  rule.abort = LifecycleAbort{1};
  configuration.rules = {rule, rule};
  ASSERT_TRUE(CheckLifecycle(configuration));
  EXPECT_NE(configuration.rules[0].id, configuration.rules[1].id);
  configuration.rules[1].id = configuration.rules[0].id;
  EXPECT_FALSE(CheckLifecycle(configuration));
}

}  // namespace
}  // namespace keymill::s3
