// AWS's own managed policies, as AWS publishes them. Left out are those that nobody can attach any more, and most of
// those that are longer than 6000 characters, or 2000 if they are a service's own.

#include <algorithm>
#include <iterator>
#include <string_view>

#include "server/iam/managed.h"

namespace keymill::iam {
namespace {

using std::literals::operator""sv;  // counting a megabyte of characters is too much for constant evaluation

// The two longest documents exceed what a compiler has to support; GCC and Clang have no such limit.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
constexpr AwsManagedPolicy kPolicies[] = {
#include "server/iam/aws_policies.inc"
};
#pragma GCC diagnostic pop
static_assert(std::is_sorted(std::begin(kPolicies), std::end(kPolicies),
                             [](const AwsManagedPolicy& a, const AwsManagedPolicy& b) { return a.name < b.name; }));

}  // namespace

std::span<const AwsManagedPolicy> AwsManagedPolicies() {
  return kPolicies;
}

const AwsManagedPolicy* FindAwsManagedPolicy(std::string_view name) {
  const auto found =
      std::lower_bound(std::begin(kPolicies), std::end(kPolicies), name,
                       [](const AwsManagedPolicy& policy, std::string_view n) { return policy.name < n; });
  return found != std::end(kPolicies) && found->name == name ? found : nullptr;
}

}  // namespace keymill::iam
