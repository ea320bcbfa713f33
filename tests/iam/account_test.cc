// Rules about the account as a whole that need no server.

#include "server/iam/credential_report.h"
#include "server/iam/password_policy.h"
#include "store/items.h"
#include "store/vault.h"
#include "tests/iam/database.h"

namespace keymill::iam {
namespace {

TEST(Csv, QuotesOnlyWhatNeedsIt) {
  const std::vector<std::vector<std::string>> rows = {{"a", "b,c"}, {"say \"x\"", "line\nbreak"}};
  EXPECT_EQ(Csv("one,two", rows), "one,two\na,\"b,c\"\n\"say \"\"x\"\"\",\"line\nbreak\"");
  EXPECT_EQ(Csv("one,two", {}), "one,two");
}

TEST(PasswordRules, AreThreeKindsAndEightCharactersWithoutAPolicy) {
  EXPECT_FALSE(PasswordComplaint(std::nullopt, "Abcdefg1"));
  EXPECT_FALSE(PasswordComplaint(std::nullopt, "abcdef1!"));
  // As the AWS CLI's users have pasted it.
  EXPECT_EQ(PasswordComplaint(std::nullopt, "abcdefg1"),
            "Password should meet 1 more of the following requirements: Password should have at least one uppercase "
            "letter, Password should have at least one symbol");
  EXPECT_TRUE(PasswordComplaint(std::nullopt, "abcdefgh")->starts_with("Password should meet 2 more of"));
  EXPECT_TRUE(PasswordComplaint(std::nullopt, "Abcdef1")) << "seven characters";
}

TEST(PasswordRules, AreThePolicysOwnWhereThereIsOne) {
  PasswordPolicy policy;
  EXPECT_FALSE(PasswordComplaint(policy, "aaaaaa"));
  EXPECT_TRUE(PasswordComplaint(policy, "aaaaa"));
  policy.symbols = policy.uppercase = policy.numbers = policy.lowercase = true;
  EXPECT_FALSE(PasswordComplaint(policy, "aA1!aa"));
  for (const char* lacking : {"aA1aaa", "aa1!aa", "aAa!aa", "AA1!AA"}) {
    EXPECT_TRUE(PasswordComplaint(policy, lacking)) << lacking;
  }
}

TEST(PasswordHash, KnowsItsPasswordAndTellsNothing) {
  const std::string hash = store::HashPassword("correct horse");
  EXPECT_TRUE(store::PasswordMatches(hash, "correct horse"));
  EXPECT_FALSE(store::PasswordMatches(hash, "correct house"));
  EXPECT_EQ(hash.find("horse"), std::string::npos);
  EXPECT_NE(hash, store::HashPassword("correct horse")) << "salted";
}

class StoredItems : public Database {};

TEST_F(StoredItems, KeepEverythingAndAreListedByOwner) {
  store::Item item;
  item.kind = store::ItemKind::kSshKey;
  item.owner = "AIDA1";
  item.name = "b";
  item.created = 1;
  item.updated = -2;
  item.document = "text";
  item.secret = "secret";
  item.tags = {{"k", "v"}};
  item.attributes = {{"a", "1"}, {"a", "2"}};
  auto put = [&](const char* owner, const char* name, store::ItemKind kind) {
    store::Item other = item;
    other.owner = owner;
    other.name = name;
    other.kind = kind;
    committer_.run([&](store::Txn& txn) { store::PutItem(txn, other); });
  };
  put("AIDA1", "b", item.kind);
  put("AIDA1", "a", item.kind);
  put("AIDA12", "c", item.kind);
  put("AIDA1", "d", store::ItemKind::kLoginProfile);

  const auto found = store::FindItem(reader_, item.kind, "AIDA1", "b");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->created, 1);
  EXPECT_EQ(found->updated, -2);
  EXPECT_EQ(found->document, "text");
  EXPECT_EQ(found->secret, "secret");
  EXPECT_EQ(found->tags, item.tags);
  EXPECT_EQ(found->attributes, item.attributes);
  const auto listed = store::ListItems(reader_, item.kind, "AIDA1");
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].name, "a");
  EXPECT_EQ(store::AllItems(reader_, item.kind).size(), 3u);
  committer_.run([&](store::Txn& txn) { store::EraseItem(txn, *found); });
  EXPECT_FALSE(store::FindItem(reader_, item.kind, "AIDA1", "b"));
  committer_.run([&](store::Txn& txn) { store::EraseItemsOf(txn, "AIDA1"); });
  EXPECT_FALSE(store::FindItem(reader_, store::ItemKind::kLoginProfile, "AIDA1", "d"));
  EXPECT_EQ(store::AllItems(reader_, item.kind).size(), 1u) << "the other owner's";
}

}  // namespace
}  // namespace keymill::iam
