#include "store/versions.h"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "store/blobs.h"
#include "store/buckets.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

constexpr BucketId kBucket = 9;

struct Version {
  std::string id;
  bool marker = false;
};
/// Keys in order, versions newest first.
using Model = std::map<std::string, std::vector<Version>>;

class VersionedBucket : public testing::Test {
 protected:
  Fixture fixture_{InMemory()};
  Model model_;

  void put(const std::string& key, const std::string& id, bool marker = false) {
    fixture_.committer.run([&](Txn& txn) {
      Object object;
      object.key = key;
      object.version_id = id;
      object.delete_marker = marker;
      if (!marker) object.body.blobs = {PutRow(txn, AsBytes("body " + id)), PutRow(txn, AsBytes("tail"))};
      PutVersion(txn, kBucket, object);
    });
    auto& versions = model_[key];
    if (id.empty()) std::erase_if(versions, [](const Version& version) { return version.id.empty(); });
    versions.insert(versions.begin(), {id, marker});
  }

  void erase(const std::string& key, const std::string& id) {
    std::optional<Object> removed;
    fixture_.committer.run([&](Txn& txn) { removed = EraseVersion(txn, kBucket, key, id); });
    auto& versions = model_[key];
    const auto at =
        std::find_if(versions.begin(), versions.end(), [&](const Version& version) { return version.id == id; });
    ASSERT_EQ(removed.has_value(), at != versions.end());
    if (removed) {
      ASSERT_EQ(removed->delete_marker, at->marker);
      versions.erase(at);
    }
    if (versions.empty()) model_.erase(key);
  }

  std::string body(const Object& object) {
    BodyReader reader(fixture_.db, object.body, 0, ~0ull);
    std::string bytes;
    for (auto slice = reader.next(); !slice.empty(); slice = reader.next()) {
      bytes.append(reinterpret_cast<const char*>(slice.data()), slice.size());
    }
    return bytes;
  }

  std::size_t rows(Family family) {
    std::size_t count = 0;
    for (const auto cursor = fixture_.reader().scan(family, ""); cursor->valid(); cursor->next()) ++count;
    return count;
  }

  void expect_everything_as_in_the_model() {
    std::size_t blobs = 0;
    std::vector<std::string> listed;
    for (const auto& [key, versions] : model_) {
      if (!versions.empty() && !versions[0].marker) listed.push_back(key);
      const auto current = FindObject(fixture_.reader(), kBucket, key);
      ASSERT_EQ(current.has_value(), !versions.empty());
      if (current) {
        ASSERT_EQ(current->version_id, versions[0].id);
        ASSERT_EQ(current->delete_marker, versions[0].marker);
      }
      for (const auto& version : versions) {
        const auto found = FindVersion(fixture_.reader(), kBucket, key, version.id);
        ASSERT_TRUE(found) << key << " " << version.id;
        ASSERT_EQ(found->delete_marker, version.marker);
        if (!version.marker) {
          ASSERT_EQ(body(*found), "body " + version.id + "tail");
          blobs += 2;
        }
      }
      ASSERT_FALSE(FindVersion(fixture_.reader(), kBucket, key, "no such"));
    }
    // Nothing is left of what was replaced or erased.
    ASSERT_EQ(rows(Family::kBlobs), blobs);
    ASSERT_EQ(rows(Family::kRows), blobs);
    const auto page = ListObjects(fixture_.reader(), kBucket, {{}, {}, {}, 100'000});
    ASSERT_EQ(page.objects.size(), listed.size());
    for (std::size_t i = 0; i < listed.size(); ++i) ASSERT_EQ(page.objects[i].key, listed[i]);
    ASSERT_EQ(BucketIsEmpty(fixture_.reader(), kBucket), model_.empty());
  }
};

TEST_F(VersionedBucket, KeepsFormerVersions) {
  put("k", "v1");
  put("k", "v2");
  put("k", "d3", true);
  expect_everything_as_in_the_model();
  put("k", "v4");
  expect_everything_as_in_the_model();
}

TEST_F(VersionedBucket, MakesTheNewestOfTheOthersCurrentWhenTheCurrentOneGoes) {
  put("k", "v1");
  put("k", "d2", true);
  put("k", "v3");
  erase("k", "v3");
  expect_everything_as_in_the_model();  // the marker hides v1
  erase("k", "d2");
  expect_everything_as_in_the_model();  // v1 is back
  erase("k", "v1");
  expect_everything_as_in_the_model();
  EXPECT_EQ(rows(Family::kVersions), 0u);
}

TEST_F(VersionedBucket, HasOneNullVersionPerKey) {
  put("k", "");
  put("k", "v1");
  put("k", "v2");
  put("k", "", true);  // suspended: a null marker replaces the null version among the others
  expect_everything_as_in_the_model();
  put("k", "");
  put("k", "");
  expect_everything_as_in_the_model();
  erase("k", "");
  expect_everything_as_in_the_model();
}

TEST_F(VersionedBucket, TakesOverObjectsFromBeforeItWasVersioned) {
  fixture_.committer.run([&](Txn& txn) {
    Object object;
    object.key = "k";
    object.body.blobs = {PutRow(txn, AsBytes("body ")), PutRow(txn, AsBytes("tail"))};
    PutObject(txn, kBucket, object);
  });
  model_["k"] = {{"", false}};
  expect_everything_as_in_the_model();
  put("k", "v1");
  expect_everything_as_in_the_model();
  put("k", "");
  expect_everything_as_in_the_model();
}

TEST_F(VersionedBucket, UpdatesMetadataInPlaceAndOnlyOfTheVersionThatWasRead) {
  put("k", "v1");
  put("k", "v2");
  for (const char* id : {"v1", "v2"}) {
    auto object = *FindVersion(fixture_.reader(), kBucket, "k", id);
    object.legal_hold = true;
    object.tags = {{"id", id}};
    fixture_.committer.run([&](Txn& txn) { EXPECT_TRUE(UpdateVersion(txn, kBucket, object)); });
    const auto updated = *FindVersion(fixture_.reader(), kBucket, "k", id);
    EXPECT_TRUE(updated.legal_hold);
    EXPECT_EQ(updated.tags[0].second, id);
    EXPECT_EQ(updated.sequence, object.sequence);
  }
  expect_everything_as_in_the_model();
  auto gone = *FindVersion(fixture_.reader(), kBucket, "k", "v1");
  erase("k", "v1");
  fixture_.committer.run([&](Txn& txn) { EXPECT_FALSE(UpdateVersion(txn, kBucket, gone)); });
  auto replaced = *FindObject(fixture_.reader(), kBucket, "k");
  ++replaced.sequence;
  fixture_.committer.run([&](Txn& txn) { EXPECT_FALSE(UpdateVersion(txn, kBucket, replaced)); });
}

TEST_F(VersionedBucket, BehavesAsItsModelWhateverIsDone) {
  std::mt19937_64 random(31);
  for (int i = 0; i < 1500 && !HasFatalFailure(); ++i) {
    const std::string key(1, static_cast<char>('a' + random() % 4));
    const auto& versions = model_[key];
    switch (random() % 6) {
      case 0:
        put(key, "");
        break;
      case 1:
        put(key, "", true);
        break;
      case 2:
        put(key, "v" + std::to_string(i));
        break;
      case 3:
        put(key, "d" + std::to_string(i), true);
        break;
      default:
        erase(key, versions.empty() || random() % 8 == 0 ? "none" : versions[random() % versions.size()].id);
    }
    if (model_.contains(key) && model_[key].empty()) model_.erase(key);
    if (i % 10 == 0) expect_everything_as_in_the_model();
  }
}

TEST_F(VersionedBucket, IsListedAsANaiveListingWould) {
  std::mt19937_64 random(32);
  const auto text = [&](std::size_t most) {
    static constexpr std::string_view kBytes("a/b\x00\xff", 5);
    std::string made;
    for (auto left = random() % (most + 1); left > 0; --left) made.push_back(kBytes[random() % kBytes.size()]);
    return made;
  };
  for (int i = 0; i < 250; ++i) {
    auto key = text(4);
    if (key.empty()) continue;
    for (auto count = 1 + random() % 4; count > 0; --count)
      put(key, random() % 4 == 0 ? "" : "v" + std::to_string(random()), random() % 3 == 0);
  }
  for (int i = 0; i < 1500 && !HasFailure(); ++i) {
    VersionQuery query{text(1), text(1), {}, {}, 1 + random() % 9};
    std::string listed, expected;
    // Page by page.
    for (VersionPage page;; query.key_marker = page.last_key, query.version_id_marker = page.last_version_id) {
      page = ListVersions(fixture_.reader(), kBucket, query);
      std::map<std::string, int> order;
      for (const auto& entry : page.versions)
        listed += entry.object.key + " " + entry.object.version_id + (entry.latest ? " latest" : "") +
                  (entry.object.delete_marker ? " marker;" : ";");
      for (const auto& common : page.common_prefixes) listed += common + " common;";
      ASSERT_LE(page.versions.size() + page.common_prefixes.size(), query.limit);
      if (!page.truncated) break;
    }
    std::string common_before;
    std::vector<std::string> entries;
    for (const auto& [key, versions] : model_) {
      if (!key.starts_with(query.prefix)) continue;
      const auto at = query.delimiter.empty() ? key.npos : key.find(query.delimiter, query.prefix.size());
      if (at != key.npos) {
        const auto common = key.substr(0, at + query.delimiter.size());
        if (common != common_before) entries.push_back(common + " common;");
        common_before = common;
        continue;
      }
      for (std::size_t k = 0; k < versions.size(); ++k) {
        entries.push_back(key + " " + versions[k].id + (k == 0 ? " latest" : "") +
                          (versions[k].marker ? " marker;" : ";"));
      }
    }
    // Within a page common prefixes are listed after versions: compare what is there, not that order.
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) expected += entry;
    std::vector<std::string> got;
    for (std::size_t from = 0, to; (to = listed.find(';', from)) != listed.npos; from = to + 1)
      got.push_back(listed.substr(from, to + 1 - from));
    std::sort(got.begin(), got.end());
    std::string all;
    for (const auto& entry : got) all += entry;
    EXPECT_EQ(all, expected);
  }
  // In order, at once.
  const auto page = ListVersions(fixture_.reader(), kBucket, {{}, {}, {}, {}, 100'000});
  std::size_t at = 0;
  for (const auto& [key, versions] : model_) {
    for (std::size_t k = 0; k < versions.size(); ++k, ++at) {
      ASSERT_LT(at, page.versions.size());
      EXPECT_EQ(page.versions[at].object.key, key);
      EXPECT_EQ(page.versions[at].object.version_id, versions[k].id);
      EXPECT_EQ(page.versions[at].latest, k == 0);
    }
  }
  EXPECT_EQ(at, page.versions.size());
  EXPECT_FALSE(page.truncated);
}

}  // namespace
}  // namespace keymill::store
