// What a session token carries, and that nobody can change it.

#include "server/pipeline/session_token.h"

#include <gtest/gtest.h>

#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

Session Full() {
  Session session;
  session.kind = Session::Kind::kFederatedUser;
  session.account = "123456789012";
  session.principal_id = "AIDAEXAMPLE";
  session.name = "bob";
  session.access_key_id = "ASIAEXAMPLE";
  session.secret = "secret";
  session.issued = 1'700'000'000'000;
  session.expires = 1'700'000'900'000;
  session.limited = true;
  session.policies = {"{}", ""};
  session.policy_arns = {"arn:aws:iam::aws:policy/ReadOnlyAccess"};
  session.tags = {{"a", ""}, {"Team", std::string("x\0y", 3)}};
  session.transitive_tags = {"Team"};
  session.source_identity = "ann";
  session.mfa_time = 1'699'999'999'000;
  session.provider = "arn:aws:iam::123456789012:oidc-provider/idp.example.com";
  session.claims = {{"idp.example.com:sub", "42"}};
  return session;
}

class SessionToken : public testing::Test {
 protected:
  const store::Vault vault_{std::string(store::kMasterKeySize, 'k')};
};

TEST_F(SessionToken, CarriesTheWholeSession) {
  const Session made = Full();
  const auto read = OpenSession(vault_, SealSession(vault_, made));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, made.kind);
  EXPECT_EQ(read->account, made.account);
  EXPECT_EQ(read->principal_id, made.principal_id);
  EXPECT_EQ(read->name, made.name);
  EXPECT_EQ(read->access_key_id, made.access_key_id);
  EXPECT_EQ(read->secret, made.secret);
  EXPECT_EQ(read->issued, made.issued);
  EXPECT_EQ(read->expires, made.expires);
  EXPECT_EQ(read->limited, made.limited);
  EXPECT_EQ(read->policies, made.policies);
  EXPECT_EQ(read->policy_arns, made.policy_arns);
  EXPECT_EQ(read->tags, made.tags);
  EXPECT_EQ(read->transitive_tags, made.transitive_tags);
  EXPECT_EQ(read->source_identity, made.source_identity);
  EXPECT_EQ(read->mfa_time, made.mfa_time);
  EXPECT_EQ(read->provider, made.provider);
  EXPECT_EQ(read->claims, made.claims);
}

TEST_F(SessionToken, IsDifferentEachTimeAndShowsNothing) {
  const std::string token = SealSession(vault_, Full());
  EXPECT_NE(token, SealSession(vault_, Full()));
  const auto bytes = sigv4::base64_decode(token);
  ASSERT_TRUE(bytes);
  for (const char* word : {"secret", "bob", "AIDAEXAMPLE"}) EXPECT_EQ(bytes->find(word), std::string::npos) << word;
}

TEST_F(SessionToken, IsAsLongAsItShallBe) {
  const Session made = Full();
  const std::size_t natural = SealSession(vault_, made).size();
  for (std::size_t least = natural - 4; least < natural + 40; ++least) {
    const std::string token = SealSession(vault_, made, least);
    EXPECT_EQ(token.size(), std::max(natural, (least + 3) / 4 * 4)) << least;
    const auto read = OpenSession(vault_, token);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->claims, made.claims);
  }
  EXPECT_EQ(SealSession(vault_, made, 4096).size(), 4096u);
}

TEST_F(SessionToken, DoesNotOpenWithOneBitChanged) {
  const std::string sealed = *sigv4::base64_decode(SealSession(vault_, Full()));
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    std::string changed = sealed;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    EXPECT_FALSE(OpenSession(vault_, sigv4::base64_encode(changed))) << "bit " << i;
  }
}

TEST_F(SessionToken, DoesNotOpenCutShortOrExtended) {
  const std::string sealed = *sigv4::base64_decode(SealSession(vault_, Full()));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(OpenSession(vault_, sigv4::base64_encode(sealed.substr(0, size)))) << size;
  }
  EXPECT_FALSE(OpenSession(vault_, sigv4::base64_encode(sealed + '\0')));
  for (const char* text : {"", "garbage", "!!!!", "AAAA"}) EXPECT_FALSE(OpenSession(vault_, text)) << text;
}

TEST_F(SessionToken, DoesNotOpenUnderAnotherMasterKeyOrPurpose) {
  const store::Vault other(std::string(store::kMasterKeySize, 'o'));
  EXPECT_FALSE(OpenSession(other, SealSession(vault_, Full())));
  EXPECT_FALSE(OpenSession(vault_, sigv4::base64_encode(vault_.seal("\x01", "AKIAEXAMPLE"))));
}

}  // namespace
}  // namespace keymill::pipeline
