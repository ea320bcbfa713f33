#include "server/s3/versions.h"

#include <gtest/gtest.h>

#include "server/s3/uploads.h"

namespace keymill::s3 {
namespace {

TEST(VersionId, IsRecognisedAndNeverTheSame) {
  const std::string id = NewVersionId();
  EXPECT_EQ(id.size(), 32u);
  EXPECT_TRUE(IsVersionId(id));
  EXPECT_NE(id, NewVersionId());
}

TEST(VersionId, WithOneCharacterChangedIsInvalid) {
  const std::string id = NewVersionId();
  for (std::size_t i = 0; i < id.size(); ++i) {
    std::string other = id;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(IsVersionId(other)) << i;
  }
  EXPECT_FALSE(IsVersionId(id.substr(1)));
  EXPECT_FALSE(IsVersionId(std::string(32, '/')));
  EXPECT_FALSE(IsVersionId(""));
}

TEST(VersionId, NullIsTheVersionWithoutId) {
  EXPECT_EQ(*ParseVersionId("null"), "");
  EXPECT_EQ(ShowVersionId(""), "null");
  const auto refused = ParseVersionId("garbage");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "Invalid version id specified");
}

TEST(UploadId, AscendsWithTime) {
  EXPECT_LT(NewUploadId(1738310950000), NewUploadId(1738310950001));
  EXPECT_LT(NewUploadId(1738310950000), NewUploadId(1938310950000));
}

TEST(PartNumber, IsOneToTenThousand) {
  EXPECT_EQ(*ParsePartNumber("1"), 1u);
  EXPECT_EQ(*ParsePartNumber("10000"), 10000u);
  for (const std::string_view text : {"0", "10001", "-1", "", "1x", "99999999999"})
    EXPECT_FALSE(ParsePartNumber(text)) << text;
}

}  // namespace
}  // namespace keymill::s3
