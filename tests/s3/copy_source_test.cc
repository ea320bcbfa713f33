#include "server/s3/copy_source.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

TEST(CopySource, MayStartWithASlashAndIsPercentEncoded) {
  for (const std::string_view header : {"/b/a%20b/c%3F", "b/a%20b/c%3F"}) {
    const auto source = ParseCopySource(header);
    ASSERT_TRUE(source);
    EXPECT_EQ(source->bucket, "b");
    EXPECT_EQ(source->key, "a b/c?");
    EXPECT_FALSE(source->version_id);
  }
}

TEST(CopySource, MayNameAVersion) {
  const auto source = ParseCopySource("b/k?versionId=null");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->key, "k");
  EXPECT_EQ(source->version_id, "null");
}

TEST(CopySource, KeepsAPlusSign) {
  EXPECT_EQ(ParseCopySource("b/a+b")->key, "a+b");
}

TEST(CopySource, IsRefusedWithoutBucketOrKey) {
  for (const std::string_view header : {"", "/", "b", "b/", "//k", "/b", "b/%zz"}) {
    const auto source = ParseCopySource(header);
    ASSERT_FALSE(source) << header;
    EXPECT_EQ(source.error().message(), "Invalid copy source object key");
  }
}

}  // namespace
}  // namespace keymill::s3
