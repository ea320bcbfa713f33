#include "server/s3/operations.h"

#include <set>

#include <gtest/gtest.h>

#include "server/policy/bucket_rules.h"

namespace keymill::s3 {
namespace {

using pipeline::Operation;
using pipeline::Target;

TEST(Operations, NameTheirActions) {
  for (const Operation& row : Operations()) {
    EXPECT_TRUE(row.action.starts_with("s3")) << row.name;
    EXPECT_FALSE(row.method.empty()) << row.name;
  }
}

TEST(Operations, NeedPermissionsThatBucketPoliciesMayName) {
  for (const Operation& row : Operations()) {
    EXPECT_TRUE(!row.action.starts_with("s3:") || policy::IsS3Action(row.action)) << row.name;
  }
}

TEST(Operations, AreAllOfTheServiceModelButItsAliases) {
  std::set<std::string_view> names;
  for (const Operation& row : Operations()) names.insert(row.name);
  EXPECT_EQ(names.size(), 116u + 1 - 5);  // the model's, PostObject, five names that look like another on the wire
}

TEST(Shadows, AnEarlierRowWithFewerConditions) {
  constexpr Operation kPlain{"A", "", nullptr, "GET", Target::kObject};
  constexpr Operation kVersion{"B", "", nullptr, "GET", Target::kObject, "versionId"};
  constexpr Operation kTagged{"C", "", nullptr, "GET", Target::kObject, "tagging&versionId"};
  static_assert(pipeline::Shadows(kPlain, kVersion));
  static_assert(!pipeline::Shadows(kVersion, kPlain));
  static_assert(pipeline::Shadows(kVersion, kTagged));
  static_assert(!pipeline::Shadows(kTagged, kVersion));
  static_assert(pipeline::Shadows(kPlain, kPlain));
}

TEST(Shadows, ANameWithoutValueCoversTheOneWith) {
  constexpr Operation kAny{"A", "", nullptr, "GET", Target::kBucket, "list-type"};
  constexpr Operation kTwo{"B", "", nullptr, "GET", Target::kBucket, "list-type=2"};
  static_assert(pipeline::Shadows(kAny, kTwo));
  static_assert(!pipeline::Shadows(kTwo, kAny));
}

TEST(Shadows, NotAcrossMethodsTargetsOrHeaders) {
  constexpr Operation kPut{"A", "", nullptr, "PUT", Target::kObject};
  constexpr Operation kCopy{"B", "", nullptr, "PUT", Target::kObject, "", "x-amz-copy-source"};
  constexpr Operation kBucket{"C", "", nullptr, "PUT", Target::kBucket};
  static_assert(!pipeline::Shadows(kCopy, kPut));
  static_assert(pipeline::Shadows(kPut, kCopy));
  static_assert(!pipeline::Shadows(kPut, kBucket));
}

}  // namespace
}  // namespace keymill::s3
