#include "server/iam/simulate.h"

#include <gtest/gtest.h>

#include "server/policy/positions.h"

namespace keymill::iam {
namespace {

using policy::Position;
using policy::StatementPositions;

TEST(StatementPositions, OfAListBeginWhereTheBracketOrTheStatementBeforeEnds) {
  const auto found =
      StatementPositions("{\n  \"Statement\": [\n    {\"Sid\": \"}\"},\n    {\"Condition\": {\"a\": {}}}]}");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].start, (Position{2, 17}));
  EXPECT_EQ(found[0].end, (Position{3, 17}));
  EXPECT_EQ(found[1].start, (Position{3, 17}));
  EXPECT_EQ(found[1].end, (Position{4, 29}));
}

TEST(StatementPositions, AreThoseOfTheCommandLineExamples) {
  const auto single = StatementPositions(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":)"
      R"({"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}})");
  ASSERT_EQ(single.size(), 1u);
  EXPECT_EQ(single[0].start, (Position{1, 38}));
  EXPECT_EQ(single[0].end, (Position{1, 167}));
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
  EXPECT_EQ(DecisionName(result.verdict), "allowed");
  ASSERT_EQ(result.matched.size(), 1u);
  EXPECT_EQ(result.matched[0].policy_id, "PolicyInputList.2");
  EXPECT_TRUE(result.details.empty()) << "within one account";
  EXPECT_FALSE(result.allowed_by_boundary);
}

TEST_F(Simulated, DenialsNameOnlyTheStatementsThatDeny) {
  add(kAllow);
  add(kDeny);
  const auto result = get();
  EXPECT_EQ(DecisionName(result.verdict), "explicitDeny");
  ASSERT_EQ(result.matched.size(), 1u);
  EXPECT_EQ(result.matched[0].policy_id, "PolicyInputList.2");
}

TEST_F(Simulated, BoundariesLimitAndAreReported) {
  add(kAllow);
  bound(kOther);
  auto result = get();
  EXPECT_EQ(DecisionName(result.verdict), "implicitDeny");
  EXPECT_EQ(result.allowed_by_boundary, false);
  EXPECT_TRUE(result.matched.empty());
  bound(kAllow);
  result = get();
  EXPECT_EQ(DecisionName(result.verdict), "allowed");
  EXPECT_EQ(result.allowed_by_boundary, true);
}

TEST_F(Simulated, ADenyingBoundaryIsNamedAsOne) {
  add(kAllow);
  bound(kDeny);
  const auto result = get();
  EXPECT_EQ(DecisionName(result.verdict), "explicitDeny");
  ASSERT_EQ(result.matched.size(), 1u);
  EXPECT_EQ(result.matched[0].policy_type, "Permissions Boundary Policy");
}

TEST_F(Simulated, BetweenAccountsEachTypeOfPolicyIsReported) {
  add(kAllow);
  simulation_.resource_account = "444455556666";
  auto result = get();
  EXPECT_EQ(DecisionName(result.verdict), "implicitDeny") << "both accounts must allow";
  using Details = std::vector<std::pair<std::string_view, SimulatedDecision::Verdict>>;
  using Verdict = SimulatedDecision::Verdict;
  EXPECT_EQ(result.details, (Details{{"IAM Policy", Verdict::kAllow}}));
  auto source = ParseSource(
      "ResourcePolicy",
      policy(R"({"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"})"),
      policy::Kind::kResource);
  ASSERT_TRUE(source);
  simulation_.resource = *std::move(source);
  result = get();
  EXPECT_EQ(DecisionName(result.verdict), "allowed");
  EXPECT_EQ(result.details, (Details{{"IAM Policy", Verdict::kAllow}, {"Resource Policy", Verdict::kAllow}}));
}

TEST_F(Simulated, SummariesAreTheStrictestDecisionAndItsStatements) {
  using Verdict = SimulatedDecision::Verdict;
  EXPECT_EQ(get().verdict, Verdict::kImplicitDeny);
  add(R"({"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/a","arn:aws:s3:::b/d"]})");
  add(R"({"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/d"})");
  std::vector<SimulatedDecision> decisions;
  for (const char* key : {"a", "a", "none"}) {
    decisions.push_back(Simulate(simulation_, "s3:GetObject", std::string("arn:aws:s3:::b/") + key));
  }
  auto summary = Summary({decisions[0], decisions[1]});
  EXPECT_EQ(summary.verdict, Verdict::kAllow);
  EXPECT_EQ(summary.matched.size(), 1u) << "each statement once";
  summary = Summary(decisions);
  EXPECT_EQ(summary.verdict, Verdict::kImplicitDeny);
  EXPECT_TRUE(summary.matched.empty());
  decisions.push_back(Simulate(simulation_, "s3:GetObject", "arn:aws:s3:::b/d"));
  summary = Summary(decisions);
  EXPECT_EQ(summary.verdict, Verdict::kExplicitDeny);
  ASSERT_EQ(summary.matched.size(), 1u);
  EXPECT_EQ(summary.matched[0].policy_id, "PolicyInputList.2");
}

TEST_F(Simulated, ContextKeysStandInThePoliciesOrder) {
  add(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}",)"
      R"("Condition":{"StringEquals":{"aws:PrincipalTag/ab":"x","aws:PrincipalTag/a":"${aws:CurrentTime}"}}})");
  EXPECT_EQ(ContextKeys({&simulation_.identity[0]}),
            (std::vector<std::string>{"aws:username", "aws:PrincipalTag/ab", "aws:PrincipalTag/a", "aws:CurrentTime"}));
}

TEST_F(Simulated, ContextKeysAreMissingUntilTheyHaveValues) {
  add(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"x"}}})");
  EXPECT_EQ(MissingContextKeys(simulation_), std::vector<std::string>{"aws:PrincipalTag/Team"});
  EXPECT_EQ(DecisionName(get().verdict), "implicitDeny");
  simulation_.context.set("aws:principaltag/team", std::string("x"));
  EXPECT_TRUE(MissingContextKeys(simulation_).empty());
  EXPECT_EQ(DecisionName(get().verdict), "allowed");
}

TEST_F(Simulated, PoliciesMustBePolicies) {
  const auto refused = ParseSource("p", "{}", policy::Kind::kIdentity);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "InvalidInput");
}

}  // namespace
}  // namespace keymill::iam
