#include "server/s3/archive.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

store::Object Archived(std::string storage_class = "GLACIER") {
  store::Object object;
  object.storage_class = std::move(storage_class);
  return object;
}

TEST(Archive, IsTheTwoClassesThatMustBeRestored) {
  for (const char* name : {"GLACIER", "DEEP_ARCHIVE"}) EXPECT_FALSE(CheckReadable(Archived(name), 0)) << name;
  for (const char* name : {"", "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"}) {
    EXPECT_TRUE(CheckReadable(Archived(name), 0)) << name;
  }
}

TEST(Restoration, IsReadableFromItsCompletionUntilItsEnd) {
  auto object = Archived();
  EXPECT_FALSE(RestorationOf(object, 50));
  SetRestoration(object, {100, 200});
  ASSERT_TRUE(RestorationOf(object, 99));
  EXPECT_TRUE(RestorationOf(object, 99)->ongoing(99));
  EXPECT_FALSE(CheckReadable(object, 99));
  EXPECT_FALSE(RestorationOf(object, 100)->ongoing(100));
  EXPECT_TRUE(CheckReadable(object, 199));
  EXPECT_FALSE(RestorationOf(object, 200)) << "expired";
  EXPECT_FALSE(CheckReadable(object, 200));
}

TEST(Restoration, ReplacesTheFormerOneAndLeavesOtherAttributes) {
  auto object = Archived();
  object.attributes = {{"legal-hold", ""}};
  SetRestoration(object, {1, 2});
  SetRestoration(object, {3, 4});
  EXPECT_EQ(object.attributes.size(), 2u);
  EXPECT_EQ(RestorationOf(object, 3)->expires, 4);
}

TEST(Restoration, MeansNothingOnceTheObjectIsNotArchived) {
  auto object = Archived();
  SetRestoration(object, {1, 200});
  object.storage_class.clear();
  EXPECT_FALSE(RestorationOf(object, 100));
}

}  // namespace
}  // namespace keymill::s3
