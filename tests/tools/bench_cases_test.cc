#include "tools/bench_cases.h"

#include <set>

#include <gtest/gtest.h>

namespace keymill::tools {
namespace {

// A figure for a signature that was refused would look splendid.
TEST(BenchCases, EveryRequestIsAcceptedEachTime) {
  for (const BenchCase& what : VerifyCases()) {
    EXPECT_TRUE(what.verify(3)) << what.name;
    EXPECT_TRUE(what.bare(3)) << what.name;
  }
}

TEST(BenchCases, EachIsThereWithTheKeyCachedAndNot) {
  std::set<std::string> names;
  for (const BenchCase& what : VerifyCases()) names.insert(what.name);
  ASSERT_EQ(names.size(), 8u);
  for (const std::string form : {"Header", "Presigned", "Chunk64KiB", "SigV4a"}) {
    EXPECT_TRUE(names.contains(form + "Cached") && names.contains(form + "Uncached")) << form;
  }
}

}  // namespace
}  // namespace keymill::tools
