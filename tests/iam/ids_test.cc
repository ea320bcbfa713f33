#include "server/aws/ids.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "server/aws/arn.h"

namespace keymill::aws {
namespace {

bool Only(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

TEST(AccessKeyId, CarriesItsAccount) {
  for (std::string account : {"000000000000", "000000000001", "123456789012", "999999999999"}) {
    for (int i = 0; i < 200; ++i) {
      std::string id = NewAccessKeyId("AKIA", account);
      ASSERT_EQ(id.size(), 20u);
      ASSERT_TRUE(id.starts_with("AKIA"));
      ASSERT_TRUE(Only(id.substr(4), kBase32)) << id;
      ASSERT_EQ(AccountOfKeyId(id), account) << id;
    }
  }
}

TEST(AccessKeyId, OfAwsDecodesToItsAccount) {
  EXPECT_EQ(AccountOfKeyId("ASIAQNZGKIQY56JQ7WML"), "029608264753");
}

TEST(AccessKeyId, OfAnotherFormCarriesNoAccount) {
  EXPECT_EQ(AccountOfKeyId(""), std::nullopt);
  EXPECT_EQ(AccountOfKeyId("AKIA"), std::nullopt);
  EXPECT_EQ(AccountOfKeyId("AKIAQNZGKIQY56JQ7WM1"), std::nullopt) << "1 is not a base32 digit";
  EXPECT_EQ(AccountOfKeyId("AKIAQNZGKIQY56JQ7WMLA"), std::nullopt);
  EXPECT_EQ(AccountOfKeyId("AKIA7777777777777777"), std::nullopt) << "more than twelve digits";
}

TEST(AccessKeyId, DiffersEachTime) {
  std::set<std::string> ids;
  for (int i = 0; i < 5000; ++i) ids.insert(NewAccessKeyId("AKIA", "123456789012"));
  EXPECT_EQ(ids.size(), 5000u);
}

TEST(UniqueId, HasAwsLengthAndAlphabet) {
  std::string id = NewUniqueId("AIDA");
  EXPECT_EQ(id.size(), 21u);
  EXPECT_TRUE(id.starts_with("AIDA"));
  EXPECT_TRUE(Only(id, kBase32));
}

TEST(Secret, HasFortyCharactersOfAwsAlphabet) {
  for (int i = 0; i < 100; ++i) {
    std::string secret = NewSecret();
    EXPECT_EQ(secret.size(), 40u);
    EXPECT_TRUE(Only(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+"));
  }
}

TEST(RequestIds, HaveTheFormOfTheirService) {
  EXPECT_TRUE(Only(NewRequestId(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
  EXPECT_EQ(NewRequestId().size(), 16u);
  EXPECT_EQ(NewHostId().size(), 64u);
  std::string uuid = NewUuid();
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  for (std::size_t at : {8u, 13u, 18u, 23u}) EXPECT_EQ(uuid[at], '-');
  EXPECT_NE(NewUuid(), uuid);
}

TEST(RandomBytes, AreAsManyAsAskedForAcrossRefills) {
  for (std::size_t count : {0u, 1u, 1023u, 1024u, 1025u, 5000u}) EXPECT_EQ(RandomBytes(count).size(), count);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

TEST(CanonicalUserId, IsTheSameForTheSameAccount) {
  EXPECT_EQ(CanonicalUserId("123456789012"), CanonicalUserId("123456789012"));
  EXPECT_NE(CanonicalUserId("123456789012"), CanonicalUserId("123456789013"));
  EXPECT_EQ(CanonicalUserId("123456789012").size(), 64u);
  EXPECT_TRUE(Only(CanonicalUserId("123456789012"), "0123456789abcdef"));
}

TEST(Arn, OfAUserHasItsPathAndName) {
  EXPECT_EQ(IamArn("123456789012", "user", "/a/b/", "bob"), "arn:aws:iam::123456789012:user/a/b/bob");
  EXPECT_EQ(IamArn("123456789012", "user", "/", "bob"), "arn:aws:iam::123456789012:user/bob");
  EXPECT_EQ(RootArn("123456789012"), "arn:aws:iam::123456789012:root");
  EXPECT_EQ(StsArn("123456789012", "assumed-role", "r/s"), "arn:aws:sts::123456789012:assumed-role/r/s");
}

TEST(Arn, ParsesIntoSixParts) {
  auto arn = Arn::Parse("arn:aws:iam::123456789012:user/a/b/bob");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->service, "iam");
  EXPECT_EQ(arn->region, "");
  EXPECT_EQ(arn->account, "123456789012");
  EXPECT_EQ(arn->resource, "user/a/b/bob");
  EXPECT_EQ(arn->name(), "bob");
  EXPECT_EQ(Arn::Parse("arn:aws:s3:::b/k:with:colons")->resource, "b/k:with:colons");
  for (std::string_view bad : {"", "arn", "arn:aws:iam::1", "aws:aws:iam::1:x", "arn::iam::1:x", "arn:aws:iam::1:"}) {
    EXPECT_FALSE(Arn::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace keymill::aws
