#include "server/iam/simulate.h"

#include <gtest/gtest.h>

#include "server/policy/positions.h"

namespace keymill::iam {
namespace {

using policy::Position;
using policy::StatementPositions;

TEST(StatementPositions, AreThoseOfEachStatementOfAList) {
  const auto found =
      StatementPositions("{\n  \"Statement\": [\n    {\"Sid\": \"}\"},\n    {\"Condition\": {\"a\": {}}}]}");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].start, (Position{3, 6}));
  EXPECT_EQ(found[0].end, (Position{3, 17}));
  EXPECT_EQ(found[1].start, (Position{4, 6}));
  EXPECT_EQ(found[1].end, (Position{4, 29}));
}

TEST(StatementPositions, KnowASingleStatementAndEscapedQuotes) {
  const auto found = StatementPositions(R"({"Id":"\"Statement\":{","Statement":{"Sid":"a"}})");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].start, (Position{1, 38}));
  EXPECT_EQ(found[0].end, (Position{1, 48}));
}

class Simulated : public testing::Test {
 protected:
  void add(const std::string& statement) {
    auto source = ParseSource("PolicyInputList." + std::to_string(simulation_.identity.size() + 1), policy(statement),
                              policy::Kind::kIdentity);
    ASSERT_TRUE(source);
    simulation_.identity.push_back(*std::move(source));
  }
  void bound(const std::string& statement) {
    auto source = ParseSource("boundary", policy(statement), policy::Kind::kIdentity);
    ASSERT_TRUE(source);
    simulation_.boundary = *std::move(source);
  }
  static std::string policy(const std::string& statement) {
    return R"({"Version":"2012-10-17","Statement":[)" + statement + "]}";
  }
  SimulatedDecision get() {
    simulation_.caller.kind = policy::Principal::Kind::kUser;
    simulation_.caller.account = "123456789012";
    return Simulate(simulation_, "s3:GetObject", "arn:aws:s3:::b/k");
  }
  Simulation simulation_;
};

constexpr char kAllow[] = R"({"Effect":"Allow","Action":"s3:Get*","Resource":"*"})";
constexpr char kDeny[] = R"({"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/*"})";
constexpr char kOther[] = R"({"Effect":"Allow","Action":"iam:*","Resource":"*"})";

TEST_F(Simulated, PermissionsNameTheStatementsThatGrantThem) {
  add(kOther);
  add(kAllow);
  const auto result = get();
  EXPECT_EQ(result.decision, "allowed");
  ASSERT_EQ(result.matched.size(), 1u);
  EXPECT_EQ(result.matched[0].policy_id, "PolicyInputList.2");
  EXPECT_FALSE(result.allowed_by_boundary);
}

TEST_F(Simulated, DenialsNameOnlyTheStatementsThatDeny) {
  add(kAllow);
  add(kDeny);
  const auto result = get();
  EXPECT_EQ(result.decision, "explicitDeny");
  ASSERT_EQ(result.matched.size(), 1u);
  EXPECT_EQ(result.matched[0].policy_id, "PolicyInputList.2");
}

TEST_F(Simulated, BoundariesLimitAndAreReported) {
  add(kAllow);
  bound(kOther);
  auto result = get();
  EXPECT_EQ(result.decision, "implicitDeny");
  EXPECT_EQ(result.allowed_by_boundary, false);
  bound(kAllow);
  result = get();
  EXPECT_EQ(result.decision, "allowed");
  EXPECT_EQ(result.allowed_by_boundary, true);
}

TEST_F(Simulated, ContextKeysAreMissingUntilTheyHaveValues) {
  add(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"x"}}})");
  EXPECT_EQ(MissingContextKeys(simulation_), std::vector<std::string>{"aws:PrincipalTag/Team"});
  EXPECT_EQ(get().decision, "implicitDeny");
  simulation_.context.set("aws:principaltag/team", std::string("x"));
  EXPECT_TRUE(MissingContextKeys(simulation_).empty());
  EXPECT_EQ(get().decision, "allowed");
}

TEST_F(Simulated, PoliciesMustBePolicies) {
  const auto refused = ParseSource("p", "{}", policy::Kind::kIdentity);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "InvalidInput");
}

}  // namespace
}  // namespace keymill::iam
