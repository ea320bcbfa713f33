// Codes of MFA devices: when they are good, and that they are good once.

#include "server/pipeline/mfa.h"

#include "server/aws/totp.h"
#include "tests/iam/database.h"

namespace keymill::pipeline {
namespace {

constexpr char kSerial[] = "arn:aws:iam::123456789012:mfa/phone";
constexpr char kUser[] = "AIDAAAAAAAAAAAAAAAAAA";
constexpr store::Millis kNow = 1'700'000'000'000;

class Mfa : public iam::Database {
 protected:
  Mfa() {
    device_.kind = store::ItemKind::kMfaDevice;
    device_.owner = iam::kAccount;
    device_.name = kSerial;
    device_.secret = "12345678901234567890";
    device_.attributes = {{std::string(kMfaUser), kUser}};
    put();
  }
  void put() {
    committer_.run([&](store::Txn& txn) { store::PutItem(txn, device_); });
  }
  /// The device's code, `steps` from now.
  std::string code(std::int64_t steps) { return aws::TotpCode(device_.secret, aws::TotpCounter(kNow) + steps); }
  bool accepts(const std::string& text, const char* user = kUser, const char* serial = kSerial) {
    bool accepted = false;
    committer_.run([&](store::Txn& txn) { accepted = CheckTotp(txn, iam::kAccount, user, serial, text, kNow); });
    return accepted;
  }
  store::Item device_;
};

TEST_F(Mfa, AcceptsTheCodesOfThreeStepsOnly) {
  EXPECT_FALSE(accepts(code(-2)));
  EXPECT_FALSE(accepts(code(2)));
  EXPECT_TRUE(accepts(code(-1)));
  EXPECT_TRUE(accepts(code(0)));
  EXPECT_TRUE(accepts(code(1)));
}

TEST_F(Mfa, AcceptsNoCodeTwiceAndNoneBeforeIt) {
  EXPECT_TRUE(accepts(code(0)));
  EXPECT_FALSE(accepts(code(0)));
  EXPECT_FALSE(accepts(code(-1)));
  EXPECT_TRUE(accepts(code(1)));
}

TEST_F(Mfa, AcceptsACodeFromTheDevicesOwnerOnly) {
  EXPECT_FALSE(accepts(code(0), "AIDABBBBBBBBBBBBBBBBB"));
  EXPECT_FALSE(accepts(code(0), kUser, "arn:aws:iam::123456789012:mfa/other"));
  EXPECT_FALSE(accepts(""));
  EXPECT_TRUE(accepts(code(0))) << "a refused attempt uses nothing up";
}

TEST_F(Mfa, SynchronizesWithTwoCodesInARowOnly) {
  device_.attributes.clear();
  EXPECT_FALSE(SynchronizeTotp(device_, code(0), code(0), kNow, 1));
  EXPECT_FALSE(SynchronizeTotp(device_, code(1), code(0), kNow, 1));
  EXPECT_FALSE(SynchronizeTotp(device_, code(-1), code(1), kNow, 1));
  EXPECT_FALSE(SynchronizeTotp(device_, code(-3), code(-2), kNow, 1));
  EXPECT_TRUE(SynchronizeTotp(device_, code(-1), code(0), kNow, 1));
  EXPECT_FALSE(SynchronizeTotp(device_, code(-1), code(0), kNow, 1)) << "used up";
}

TEST_F(Mfa, FollowsADeviceWhoseClockIsOffOnceItWasSynchronized) {
  EXPECT_FALSE(accepts(code(43)));
  ASSERT_TRUE(SynchronizeTotp(device_, code(40), code(41), kNow, 120));
  put();
  EXPECT_FALSE(accepts(code(0)));
  EXPECT_TRUE(accepts(code(42)));
}

}  // namespace
}  // namespace keymill::pipeline
