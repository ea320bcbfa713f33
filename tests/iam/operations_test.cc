#include "server/iam/operations.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "server/sts/operations.h"

namespace keymill {
namespace {

TEST(IamOperations, ArePolicyActionsOfTheirOwnName) {
  EXPECT_EQ(iam::Operations().size(), 180u);
  for (const auto& row : iam::Operations()) EXPECT_EQ(row.action, "iam:" + std::string(row.name));
}

// AssumeRole needs one too, but its handler asks for it: the role's trust policy has a say.
TEST(StsOperations, NeedAPermissionExceptTwo) {
  EXPECT_EQ(sts::Operations().size(), 11u);
  for (const auto& row : sts::Operations()) {
    const bool free = row.name == "GetCallerIdentity" || row.name == "GetSessionToken" || row.name == "AssumeRole";
    EXPECT_EQ(row.action, free ? "" : "sts:" + std::string(row.name));
  }
}

}  // namespace
}  // namespace keymill
