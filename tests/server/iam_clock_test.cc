// What of IAM changes by itself as time goes by.

#include <gtest/gtest.h>

#include "server/pipeline/clock.h"
#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

constexpr std::int64_t kHour = 3600;  // seconds

class IamClock : public testing::Test {
 protected:
  void set_clock(std::int64_t seconds) {
    server_.app().clock().set_offset(seconds * 1000);
    root_.set_clock_ahead(seconds);
  }
  std::string generate() {
    const auto answer = root_.query("iam", "GenerateCredentialReport");
    return answer.status == 200 ? answer.element("State") : answer.summary();
  }
  std::string report() { return root_.query("iam", "GetCredentialReport").summary(); }

  TestServer server_;
  tools::AwsClient root_ = server_.root();
};

TEST_F(IamClock, ACredentialReportIsMadeInAWhileAndLastsFourHours) {
  EXPECT_EQ(report(), "410 ReportNotPresent");
  EXPECT_EQ(generate(), "STARTED");
  EXPECT_EQ(report(), "404 ReportInProgress");
  EXPECT_EQ(generate(), "INPROGRESS");
  set_clock(60);
  EXPECT_EQ(generate(), "COMPLETE");
  EXPECT_EQ(report(), "200");
  set_clock(4 * kHour - 60);
  EXPECT_EQ(generate(), "COMPLETE");
  EXPECT_EQ(report(), "200");
  set_clock(4 * kHour + 60);
  EXPECT_EQ(report(), "410 ReportExpired");
  EXPECT_EQ(generate(), "STARTED");
  EXPECT_EQ(report(), "404 ReportInProgress");
  set_clock(4 * kHour + 120);
  EXPECT_EQ(report(), "200");
}

TEST_F(IamClock, AnApiKeyIsExpiredAfterItsDays) {
  root_.query("iam", "CreateUser", {{"UserName", "app"}});
  const auto made =
      root_.query("iam", "CreateServiceSpecificCredential",
                  {{"UserName", "app"}, {"ServiceName", "bedrock.amazonaws.com"}, {"CredentialAgeDays", "1"}});
  ASSERT_EQ(made.summary(), "200");
  const auto status = [&] {
    return root_.query("iam", "ListServiceSpecificCredentials", {{"UserName", "app"}}).element("Status");
  };
  EXPECT_EQ(status(), "Active");
  set_clock(24 * kHour - 60);
  EXPECT_EQ(status(), "Active");
  set_clock(24 * kHour + 60);
  EXPECT_EQ(status(), "Expired");
  const std::string id = made.element("ServiceSpecificCredentialId");
  const auto set = [&](const std::string& wanted) {
    return root_.query("iam", "UpdateServiceSpecificCredential",
                       {{"UserName", "app"}, {"ServiceSpecificCredentialId", id}, {"Status", wanted}});
  };
  EXPECT_EQ(set("Active").summary(), "200");
  EXPECT_EQ(status(), "Expired") << "nothing brings it back";
  EXPECT_EQ(set("Expired").summary(), "400 ValidationError") << "only time does that";
}

}  // namespace
}  // namespace keymill::test
