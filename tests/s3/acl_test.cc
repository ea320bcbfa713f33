#include "server/s3/acl.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

const std::string kOwner(64, 'a'), kBucketOwner(64, 'b');
const Owners kOwners{kOwner, kOwner};

TEST(Acl, CannedOnesBeginWithTheOwner) {
  EXPECT_TRUE(IsPrivate(*CannedAcl("private", kOwners), kOwner));
  EXPECT_TRUE(IsPrivate(*CannedAcl("bucket-owner-full-control", kOwners), kOwner));
  const auto open = CannedAcl("public-read-write", kOwners);
  ASSERT_EQ(open->size(), 3u);
  EXPECT_EQ((*open)[2].permission, "WRITE");
  EXPECT_FALSE(IsPrivate(*open, kOwner));
  EXPECT_FALSE(CannedAcl("public", kOwners));
}

TEST(Acl, CannedOnesForTheBucketOwnerNameItBesideAnotherOwner) {
  const Owners owners{kOwner, kBucketOwner};
  const auto read = CannedAcl("bucket-owner-read", owners), all = CannedAcl("bucket-owner-full-control", owners);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].id, kOwner);
  EXPECT_EQ((*read)[1].id, kBucketOwner);
  EXPECT_EQ((*read)[1].permission, "READ");
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[1].permission, "FULL_CONTROL");
  EXPECT_EQ(CannedAcl("private", owners)->size(), 1u);
}

TEST(Acl, DocumentComesBackAsItWasWritten) {
  const auto grants = ParseAclDocument(AclDocument(kOwner, *CannedAcl("public-read", kOwners)));
  ASSERT_TRUE(grants);
  ASSERT_EQ(grants->size(), 2u);
  EXPECT_EQ((*grants)[0].id, kOwner);
  EXPECT_EQ((*grants)[1].uri, "http://acs.amazonaws.com/groups/global/AllUsers");
}

TEST(Acl, DocumentIsRefusedWithoutOwnerOrWithUnknownGrantees) {
  const auto code = [](const std::string& inside) {
    const auto grants = ParseAclDocument("<AccessControlPolicy>" + inside + "</AccessControlPolicy>");
    return grants ? std::string() : grants.error().message();
  };
  const std::string owner = "<Owner><ID>x</ID></Owner>";
  const auto list = [](const std::string& grantee, const std::string& permission) {
    return "<AccessControlList><Grant><Grantee>" + grantee + "</Grantee><Permission>" + permission +
           "</Permission></Grant></AccessControlList>";
  };
  const std::string id = "<ID>" + kOwner + "</ID>";
  EXPECT_EQ(code(owner + list(id, "READ")), "");
  EXPECT_NE(code(list(id, "READ")), "");
  EXPECT_NE(code(owner), "");
  EXPECT_NE(code(owner + list(id, "EAT")), "");
  EXPECT_EQ(code(owner + list("<URI>http://x</URI>", "READ")), "Invalid group uri");
  EXPECT_EQ(code(owner + list("<ID>short</ID>", "READ")), "Invalid id");
}

TEST(Acl, StoredFormComesBack) {
  const auto open = *CannedAcl("authenticated-read", kOwners);
  const auto back = DecodeGrants(EncodeGrants(open), kOwner);
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[1].uri, open[1].uri);
  EXPECT_TRUE(IsPrivate(DecodeGrants("", kOwner), kOwner));
  EXPECT_TRUE(DecodeGrants(EncodeGrants({}), kOwner).empty());
}

}  // namespace
}  // namespace keymill::s3
