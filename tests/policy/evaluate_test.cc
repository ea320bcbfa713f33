#include "server/policy/evaluate.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace keymill::policy {
namespace {

constexpr char kAccount[] = "111122223333";
constexpr char kOther[] = "444455556666";

Document Compile(std::string_view json, Kind kind) {
  auto parsed = Document::Parse(json, kind);
  if (auto* invalid = std::get_if<Invalid>(&parsed)) throw std::invalid_argument(invalid->message);
  return std::get<Document>(std::move(parsed));
}

Document Identity(std::string_view effect, std::string_view action, std::string_view resource = "*") {
  return Compile(R"({"Version":"2012-10-17","Statement":[{"Effect":")" + std::string(effect) + R"(","Action":")" +
                     std::string(action) + R"(","Resource":")" + std::string(resource) + "\"}]}",
                 Kind::kIdentity);
}

Document Bucket(std::string_view effect, std::string_view principal, std::string_view action = "s3:*") {
  return Compile(R"({"Version":"2012-10-17","Statement":[{"Effect":")" + std::string(effect) + R"(","Principal":)" +
                     std::string(principal) + R"(,"Action":")" + std::string(action) +
                     R"(","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}]})",
                 Kind::kResource);
}

Principal User(std::string_view account = kAccount) {
  Principal user;
  user.kind = Principal::Kind::kUser;
  user.account = account;
  user.arn = "arn:aws:iam::" + user.account + ":user/bob";
  user.entity_id = "AIDAQNZGKIQY56JQ7WMLA";
  return user;
}
Principal Session() {
  Principal session;
  session.kind = Principal::Kind::kAssumedRole;
  session.account = kAccount;
  session.role_arn = "arn:aws:iam::111122223333:role/reader";
  session.arn = "arn:aws:sts::111122223333:assumed-role/reader/s1";
  return session;
}
Principal Root(std::string_view account = kAccount) {
  Principal root;
  root.kind = Principal::Kind::kRoot;
  root.account = account;
  root.arn = "arn:aws:iam::" + root.account + ":root";
  return root;
}

class Evaluation : public testing::Test {
 protected:
  Decision get(const Principal& principal) {
    std::vector<const Document*> identity;
    for (const Document& document : identity_) identity.push_back(&document);
    std::vector<const Document*> session;
    Policies policies;
    policies.identity = identity;
    if (boundary_) policies.boundary = &*boundary_;
    if (session_) {
      session.push_back(&*session_);
      policies.session = session;
    }
    if (bucket_) policies.resource = &*bucket_;
    policies.resource_account = owner_;
    policies.resource_must_allow = trust_;
    return Evaluate(principal, policies, Request("s3:GetObject", "arn:aws:s3:::b/k", context_));
  }
  void expect_lacking(const Principal& principal, Source source) {
    Decision decision = get(principal);
    EXPECT_EQ(decision.verdict, Decision::Verdict::kImplicitDeny);
    EXPECT_EQ(decision.source, source);
  }
  void expect_denied(const Principal& principal, Source source) {
    Decision decision = get(principal);
    EXPECT_EQ(decision.verdict, Decision::Verdict::kExplicitDeny);
    EXPECT_EQ(decision.source, source);
  }

  std::vector<Document> identity_;
  std::optional<Document> boundary_, session_, bucket_;
  std::string owner_ = kAccount;
  bool trust_ = false;  // bucket_ stands for a trust policy
  Context context_;
};

TEST_F(Evaluation, NothingIsAllowedByDefault) {
  expect_lacking(User(), Source::kIdentity);
}

TEST_F(Evaluation, AnIdentityPolicyAllows) {
  identity_.push_back(Identity("Allow", "s3:get*", "arn:aws:s3:::b/*"));
  EXPECT_TRUE(get(User()).allowed());
}

TEST_F(Evaluation, AnExplicitDenyWinsWhereverItStands) {
  identity_.push_back(Identity("Allow", "*"));
  bucket_ = Bucket("Allow", "\"*\"");
  session_ = Identity("Allow", "*");
  EXPECT_TRUE(get(Session()).allowed());
  boundary_ = Identity("Deny", "s3:GetObject");
  expect_denied(Session(), Source::kBoundary);
  boundary_.reset();
  session_ = Identity("Deny", "s3:GetObject");
  expect_denied(Session(), Source::kSession);
  bucket_ = Bucket("Deny", "\"*\"");
  expect_denied(Session(), Source::kResource);
  identity_.push_back(Identity("Deny", "s3:*"));
  expect_denied(Session(), Source::kIdentity);
}

TEST_F(Evaluation, RootOfTheOwningAccountIsLimitedByResourceDeniesOnly) {
  EXPECT_TRUE(get(Root()).allowed());
  bucket_ = Bucket("Deny", R"({"AWS":"111122223333"})");
  expect_denied(Root(), Source::kResource);
  bucket_.reset();
  expect_lacking(Root(kOther), Source::kResource);
  bucket_ = Bucket("Allow", R"({"AWS":"444455556666"})");
  EXPECT_TRUE(get(Root(kOther)).allowed());
}

TEST_F(Evaluation, RootInASessionIsLimitedByItsPolicies) {
  identity_.push_back(Identity("Allow", "*"));
  session_ = Identity("Allow", "s3:PutObject");
  expect_lacking(Root(), Source::kSession);
  session_ = Identity("Allow", "s3:GetObject");
  EXPECT_TRUE(get(Root()).allowed());
}

TEST_F(Evaluation, ATrustPolicyMustAllowWhateverTheIdentityPoliciesSay) {
  trust_ = true;
  identity_.push_back(Identity("Allow", "*"));
  expect_lacking(User(), Source::kResource);
  bucket_ = Bucket("Allow", R"({"AWS":"444455556666"})");
  expect_lacking(User(), Source::kResource);
  bucket_ = Bucket("Allow", R"({"AWS":"111122223333"})");
  EXPECT_TRUE(get(User()).allowed());
}

TEST_F(Evaluation, AGrantToTheUserItselfNeedsNoIdentityPolicyAndIgnoresBoundaries) {
  bucket_ = Bucket("Allow", R"({"AWS":"arn:aws:iam::111122223333:user/bob"})");
  EXPECT_TRUE(get(User()).allowed());
  boundary_ = Identity("Allow", "iam:*");
  EXPECT_TRUE(get(User()).allowed());
}

TEST_F(Evaluation, AGrantToTheAccountIsADelegation) {
  bucket_ = Bucket("Allow", R"({"AWS":"111122223333"})");
  expect_lacking(User(), Source::kIdentity);
  identity_.push_back(Identity("Allow", "s3:GetObject"));
  EXPECT_TRUE(get(User()).allowed());
}

TEST_F(Evaluation, AGrantToTheRoleIsLimitedByBoundaryAndSession) {
  bucket_ = Bucket("Allow", R"({"AWS":"arn:aws:iam::111122223333:role/reader"})");
  EXPECT_TRUE(get(Session()).allowed());
  boundary_ = Identity("Allow", "iam:*");
  expect_lacking(Session(), Source::kBoundary);
  boundary_.reset();
  session_ = Identity("Allow", "iam:*");
  expect_lacking(Session(), Source::kSession);
}

TEST_F(Evaluation, AGrantToTheSessionIsNot) {
  bucket_ = Bucket("Allow", R"({"AWS":"arn:aws:sts::111122223333:assumed-role/reader/s1"})");
  session_ = Identity("Allow", "iam:*");
  boundary_ = Identity("Allow", "iam:*");
  EXPECT_TRUE(get(Session()).allowed());
}

TEST_F(Evaluation, BoundariesAndSessionsNeverGrant) {
  boundary_ = Identity("Allow", "*");
  session_ = Identity("Allow", "*");
  expect_lacking(Session(), Source::kIdentity);
}

TEST_F(Evaluation, AFederatedUserWithoutASessionPolicyMayDoNothing) {
  Principal federated = User();
  federated.kind = Principal::Kind::kFederatedUser;
  federated.arn = "arn:aws:sts::111122223333:federated-user/eve";
  identity_.push_back(Identity("Allow", "*"));
  expect_lacking(federated, Source::kSession);
  session_ = Identity("Allow", "s3:*");
  EXPECT_TRUE(get(federated).allowed());
}

TEST_F(Evaluation, AcrossAccountsBothSidesMustAllow) {
  identity_.push_back(Identity("Allow", "s3:*"));
  expect_lacking(User(kOther), Source::kResource);
  bucket_ = Bucket("Allow", R"({"AWS":"arn:aws:iam::444455556666:user/bob"})");
  EXPECT_TRUE(get(User(kOther)).allowed());
  identity_.clear();
  expect_lacking(User(kOther), Source::kIdentity);
}

TEST_F(Evaluation, NobodyIsAllowedOnlyWhatEverybodyIs) {
  expect_lacking(Principal(), Source::kResource);
  bucket_ = Bucket("Allow", R"({"AWS":"arn:aws:iam::111122223333:user/bob"})");
  expect_lacking(Principal(), Source::kResource);
  bucket_ = Bucket("Allow", "\"*\"");
  EXPECT_TRUE(get(Principal()).allowed());
}

TEST_F(Evaluation, NotPrincipalDeniesAllOthers) {
  identity_.push_back(Identity("Allow", "s3:*"));
  bucket_ = Compile(R"({"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/bob"]},)"
                    R"("Action":"s3:*","Resource":"arn:aws:s3:::b/*"}]})",
                    Kind::kResource);
  EXPECT_TRUE(get(User()).allowed());
  expect_denied(Session(), Source::kResource);
}

TEST_F(Evaluation, NotPrincipalExceptsNobodyWithAPermissionsBoundary) {
  identity_.push_back(Identity("Allow", "s3:*"));
  boundary_ = Identity("Allow", "s3:*");
  bucket_ = Compile(R"({"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/bob"]},)"
                    R"("Action":"s3:*","Resource":"arn:aws:s3:::b/*"}]})",
                    Kind::kResource);
  expect_denied(User(), Source::kResource);
}

TEST_F(Evaluation, DenialsByManagedPoliciesNameThem) {
  identity_.push_back(Identity("Allow", "s3:*"));
  identity_.push_back(Identity("Deny", "s3:Get*"));
  EXPECT_EQ(get(User()).policy_arn, "");
  identity_[0].set_arn("arn:aws:iam::111122223333:policy/Allow");
  identity_[1].set_arn("arn:aws:iam::111122223333:policy/Deny");
  EXPECT_EQ(Reason(get(User()), "s3:GetObject"),
            " with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Deny");
  boundary_ = Identity("Allow", "iam:*");
  boundary_->set_arn("arn:aws:iam::111122223333:policy/Boundary");
  identity_.pop_back();
  EXPECT_EQ(Reason(get(User()), "s3:GetObject"), " because no permissions boundary allows the s3:GetObject action");
}

TEST_F(Evaluation, ADeletedUsersUniqueIdNamesNobodyElse) {
  bucket_ = Bucket("Allow", R"({"AWS":"AIDAQNZGKIQY56JQ7WMLA"})");
  EXPECT_TRUE(get(User()).allowed());
  Principal namesake = User();
  namesake.entity_id = "AIDAQNZGKIQY56JQ7WMLB";
  expect_lacking(namesake, Source::kIdentity);
}

TEST_F(Evaluation, SessionsIssuedBeforeACertainTimeCanBeRevoked) {
  identity_.push_back(Identity("Allow", "*"));
  identity_.push_back(Compile(R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*",)"
                              R"("Condition":{"DateLessThan":{"aws:TokenIssueTime":"2025-06-01T00:00:00Z"}}}]})",
                              Kind::kIdentity));
  context_.set("aws:TokenIssueTime", "2025-05-31T23:59:59Z");
  expect_denied(Session(), Source::kIdentity);
  context_.set("aws:TokenIssueTime", "2025-06-01T00:00:00Z");
  EXPECT_TRUE(get(Session()).allowed());
}

TEST(DenialReason, IsAwsSentence) {
  using Verdict = Decision::Verdict;
  EXPECT_EQ(Reason({Verdict::kImplicitDeny, Source::kIdentity, nullptr, {}}, "s3:GetObject"),
            " because no identity-based policy allows the s3:GetObject action");
  EXPECT_EQ(Reason({Verdict::kImplicitDeny, Source::kBoundary, nullptr, {}}, "s3:GetObject"),
            " because no permissions boundary allows the s3:GetObject action");
  EXPECT_EQ(Reason({Verdict::kExplicitDeny, Source::kIdentity, nullptr, {}}, "s3:GetObject"),
            " with an explicit deny in an identity-based policy");
  EXPECT_EQ(Reason({Verdict::kExplicitDeny, Source::kResource, nullptr, {}}, "s3:GetObject"),
            " with an explicit deny in a resource-based policy");
  EXPECT_EQ(Reason({Verdict::kExplicitDeny, Source::kSession, nullptr, {}}, "s3:GetObject"),
            " with an explicit deny in a session policy");
}

}  // namespace
}  // namespace keymill::policy
