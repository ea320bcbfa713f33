// Whom a role trusts: users and roles by their unique ids, not by names that others may get later.

#include "server/iam/trust_policy.h"

#include "server/policy/principal.h"
#include "store/accounts.h"
#include "tests/iam/database.h"

namespace keymill::iam {
namespace {

constexpr char kAlice[] = "arn:aws:iam::123456789012:user/team/alice";

std::string Trusting(const std::string& principal) {
  return R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":")" + principal + "\"}}]}";
}

class TrustPolicies : public Database {
 protected:
  TrustPolicies() {
    committer_.run([](store::Txn& txn) { store::PutAccount(txn, {kAccount, "", kNow}); });
  }
  Result<> set(const std::string& principal) { return SetTrust(reader_, role_, Trusting(principal)); }
  void erase(const store::User& user) {
    committer_.run([&](store::Txn& txn) { store::EraseUser(txn, user); });
  }
  bool trusts(const store::User& user) {
    policy::Principal principal;
    principal.kind = policy::Principal::Kind::kUser;
    principal.account = kAccount;
    principal.arn = kAlice;
    principal.entity_id = user.id;
    return TrustPolicyOf(role_)->statements()[0].principals->names(principal) != policy::Naming::kNot;
  }
  store::Entity role_;
};

TEST_F(TrustPolicies, NamePrincipalsThatExist) {
  add_user("alice", "/team/");
  EXPECT_TRUE(set(kAlice));
  EXPECT_TRUE(set("arn:aws:iam::123456789012:root"));
  EXPECT_TRUE(set("arn:aws:iam::999999999999:user/somebody")) << "of an account that is not here nothing is known";
  EXPECT_EQ(set("arn:aws:iam::123456789012:user/alice").error().message(),
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:user/alice\"");
  EXPECT_EQ(set("AIDAAAAAAAAAAAAAAAAAA").error().message(),
            "Invalid principal in policy: \"AWS\":\"AIDAAAAAAAAAAAAAAAAAA\"");
}

TEST_F(TrustPolicies, DoNotMeanWhoeverGetsTheNameOfADeletedUser) {
  const auto alice = add_user("alice", "/team/");
  ASSERT_TRUE(set(kAlice));
  EXPECT_TRUE(trusts(alice));
  erase(alice);
  EXPECT_FALSE(trusts(add_user("alice", "/team/")));
}

TEST_F(TrustPolicies, AreShownWithTheIdsOfThoseWhoAreGone) {
  const auto alice = add_user("alice", "/team/");
  ASSERT_TRUE(set(kAlice));
  EXPECT_EQ(ShowTrust(reader_, role_).document, Trusting(kAlice));
  erase(alice);
  EXPECT_EQ(ShowTrust(reader_, role_).document, Trusting(alice.id));
  add_user("alice", "/team/");
  EXPECT_EQ(ShowTrust(reader_, role_).document, Trusting(alice.id)) << "the new user is somebody else";
}

}  // namespace
}  // namespace keymill::iam
