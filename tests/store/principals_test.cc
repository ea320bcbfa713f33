#include "store/principals.h"

#include <gtest/gtest.h>

#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

constexpr std::string_view kAccount = "123456789012";

User MakeUser(std::string id, std::string name, std::string path = "/") {
  User user;
  user.id = std::move(id);
  user.account = kAccount;
  user.name = std::move(name);
  user.path = std::move(path);
  return user;
}

AccessKey MakeKey(std::string id, std::string owner, Millis created) {
  AccessKey key;
  key.id = std::move(id);
  key.account = kAccount;
  key.owner_id = std::move(owner);
  key.secret = "secret of " + key.id;
  key.created = created;
  return key;
}

std::vector<std::string> Names(const std::vector<User>& users) {
  std::vector<std::string> names;
  for (const auto& user : users) names.push_back(user.name);
  return names;
}
using Strings = std::vector<std::string>;

TEST(Users, AreFoundByNameInAnyCaseAndById) {
  Fixture fixture(InMemory());
  fixture.committer.run([](Txn& txn) { PutUser(txn, MakeUser("AIDA1", "Alice")); });
  const auto reader = fixture.reader();
  EXPECT_EQ(FindUser(reader, kAccount, "aLICE")->id, "AIDA1");
  EXPECT_EQ(FindUser(reader, kAccount, "alice")->name, "Alice");
  EXPECT_EQ(FindUserById(reader, "AIDA1")->name, "Alice");
  EXPECT_FALSE(FindUser(reader, "000000000000", "Alice"));
  EXPECT_FALSE(FindUser(reader, kAccount, "Alic"));
  EXPECT_FALSE(FindUserById(reader, "AIDA"));
}

TEST(Users, AreListedInFoldedOrderByPathAndPage) {
  Fixture fixture(InMemory());
  fixture.committer.run([](Txn& txn) {
    PutUser(txn, MakeUser("1", "bob", "/team/"));
    PutUser(txn, MakeUser("2", "Alice", "/team/a/"));
    PutUser(txn, MakeUser("3", "Carol"));
    PutUser(txn, MakeUser("4", "dave", "/team/"));
    auto other = MakeUser("5", "Aaron");
    other.account = "000000000000";
    PutUser(txn, other);
  });
  const auto reader = fixture.reader();
  EXPECT_EQ(Names(ListUsers(reader, kAccount, "/", "", 10)), (Strings{"Alice", "bob", "Carol", "dave"}));
  EXPECT_EQ(Names(ListUsers(reader, kAccount, "/team/", "", 2)), (Strings{"Alice", "bob"}));
  EXPECT_EQ(Names(ListUsers(reader, kAccount, "/team/", "BOB", 2)), (Strings{"dave"}));
  EXPECT_EQ(Names(ListUsers(reader, kAccount, "/", "b", 2)), (Strings{"bob", "Carol"}));
  EXPECT_EQ(AllUsers(reader).size(), 5u);
}

TEST(Users, LeaveTheirFormerNameWhenRenamedAndGoWhenErased) {
  Fixture fixture(InMemory());
  fixture.committer.run([](Txn& txn) { PutUser(txn, MakeUser("AIDA1", "Alice")); });
  fixture.committer.run([](Txn& txn) { PutUser(txn, MakeUser("AIDA1", "Bob"), "Alice"); });
  EXPECT_FALSE(FindUser(fixture.reader(), kAccount, "Alice"));
  EXPECT_EQ(FindUser(fixture.reader(), kAccount, "bob")->id, "AIDA1");
  // Only the case changes: the row of the name stays.
  fixture.committer.run([](Txn& txn) { PutUser(txn, MakeUser("AIDA1", "BOB"), "Bob"); });
  EXPECT_EQ(FindUser(fixture.reader(), kAccount, "bob")->name, "BOB");
  fixture.committer.run([](Txn& txn) { EraseUser(txn, MakeUser("AIDA1", "BOB")); });
  EXPECT_FALSE(FindUser(fixture.reader(), kAccount, "bob"));
  EXPECT_FALSE(FindUserById(fixture.reader(), "AIDA1"));
}

TEST(AccessKeys, KeepTheirSecretSealedAndAreListedOldestFirst) {
  const TemporaryDirectory directory;
  {
    Fixture fixture(OnDisk(directory.path()));
    fixture.committer.run([](Txn& txn) {
      PutAccessKey(txn, MakeKey("AKIAB", "AIDA1", 200));
      PutAccessKey(txn, MakeKey("AKIAC", "AIDA1", 100));
      PutAccessKey(txn, MakeKey("AKIAD", "AIDA10", 50));
    });
    for (const auto cursor = fixture.reader().scan(Family::kPrincipals, ""); cursor->valid(); cursor->next()) {
      EXPECT_EQ(cursor->value().find("secret"), std::string_view::npos);
    }
  }
  Fixture fixture(OnDisk(directory.path()));
  const auto keys = ListAccessKeys(fixture.reader(), "AIDA1");
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].id, "AKIAC");
  EXPECT_EQ(keys[1].id, "AKIAB");
  EXPECT_EQ(keys[1].secret, "secret of AKIAB");
  EXPECT_NE(keys[0].version, 0u);
  EXPECT_NE(keys[0].version, keys[1].version);
  EXPECT_EQ(AllAccessKeys(fixture.reader()).size(), 3u);
  EXPECT_FALSE(FindAccessKey(fixture.reader(), "AKIAX"));
}

TEST(AccessKeys, KeepTheirVersionUntilMadeAnew) {
  Fixture fixture(InMemory());
  fixture.committer.run([](Txn& txn) { PutAccessKey(txn, MakeKey("AKIAB", "AIDA1", 1)); });
  auto key = *FindAccessKey(fixture.reader(), "AKIAB");
  const auto version = key.version;
  key.status = KeyStatus::kInactive;
  fixture.committer.run([&](Txn& txn) { PutAccessKey(txn, key); });
  EXPECT_EQ(FindAccessKey(fixture.reader(), "AKIAB")->version, version);
  EXPECT_EQ(FindAccessKey(fixture.reader(), "AKIAB")->status, KeyStatus::kInactive);
  fixture.committer.run([&](Txn& txn) { EraseAccessKey(txn, key); });
  EXPECT_FALSE(FindAccessKey(fixture.reader(), "AKIAB"));
  EXPECT_TRUE(ListAccessKeys(fixture.reader(), "AIDA1").empty());
  fixture.committer.run([](Txn& txn) { PutAccessKey(txn, MakeKey("AKIAB", "AIDA1", 1)); });
  EXPECT_GT(FindAccessKey(fixture.reader(), "AKIAB")->version, version);
}

TEST(AccessKeys, RememberTheirLastUse) {
  Fixture fixture(InMemory());
  EXPECT_EQ(FindKeyUse(fixture.reader(), "AKIAB").time, 0);
  fixture.committer.run([](Txn& txn) { PutKeyUse(txn, "AKIAB", {5, "s3", "us-east-1"}); });
  EXPECT_EQ(FindKeyUse(fixture.reader(), "AKIAB").service, "s3");
  fixture.committer.run([](Txn& txn) { EraseAccessKey(txn, MakeKey("AKIAB", "AIDA1", 1)); });
  EXPECT_EQ(FindKeyUse(fixture.reader(), "AKIAB").time, 0);
}

TEST(Principals, ThatChangeAreTouched) {
  Db db(InMemory());
  std::vector<std::string> all;
  Committer committer(
      db, [&](const std::vector<std::string>& touched) { all.insert(all.end(), touched.begin(), touched.end()); });
  committer.run([](Txn& txn) { PutUser(txn, MakeUser("AIDA1", "Alice")); });
  committer.run([](Txn& txn) { PutAccessKey(txn, MakeKey("AKIAB", "AIDA1", 1)); });
  committer.run([](Txn& txn) { PutKeyUse(txn, "AKIAB", {5, "s3", "us-east-1"}); });
  committer.run([](Txn& txn) { EraseAccessKey(txn, MakeKey("AKIAB", "AIDA1", 1)); });
  committer.run([](Txn& txn) { EraseUser(txn, MakeUser("AIDA1", "Alice")); });
  EXPECT_EQ(all, (Strings{"AIDA1", "AKIAB", "AKIAB", "AIDA1"}));
}

}  // namespace
}  // namespace keymill::store
