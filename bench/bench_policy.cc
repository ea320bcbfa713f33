// Access decisions: a user with ten policies, a boundary and a bucket policy, from the compiled documents to the
// verdict.

#include <string>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

#include "server/policy/evaluate.h"

namespace keymill::policy {
namespace {

Document Compile(const std::string& statements, Kind kind) {
  return std::get<Document>(Document::Parse(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", kind));
}

/// A policy of three statements, as people attach them: a listing by prefix, objects below a home, a guard.
Document Attached(int number) {
  const std::string bucket = "arn:aws:s3:::team-" + std::to_string(number);
  return Compile(R"({"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation"],"Resource":")" + bucket +
                     R"(","Condition":{"StringLike":{"s3:prefix":"home/${aws:username}/*"}}},)" +
                     R"({"Effect":"Allow","Action":["s3:GetObject","s3:PutObject*"],"Resource":")" + bucket +
                     R"(/home/${aws:username}/*"},)" + R"({"Effect":"Deny","Action":"s3:*","Resource":")" + bucket +
                     R"(/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}})",
                 Kind::kIdentity);
}

/// `state.range(0)` policies of the user; the last of them allows what is asked for.
void Decide(benchmark::State& state) {
  std::vector<Document> documents;
  for (int number = 1; number <= state.range(0); ++number) documents.push_back(Attached(number));
  std::vector<const Document*> identity;
  for (const Document& document : documents) identity.push_back(&document);
  const Document boundary = Compile(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", Kind::kIdentity);
  const std::string resource = "arn:aws:s3:::team-" + std::to_string(state.range(0)) + "/home/alice/report.csv";
  const Document bucket =
      Compile(R"({"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"s3:*",)"
              R"("Resource":"arn:aws:s3:::team-*"})",
              Kind::kResource);
  Principal alice;
  alice.kind = Principal::Kind::kUser;
  alice.account = "123456789012";
  alice.arn = "arn:aws:iam::123456789012:user/alice";
  alice.entity_id = "AIDAQNZGKIQY56JQ7WMLA";
  Policies policies;
  policies.identity = identity;
  policies.boundary = &boundary;
  policies.resource = &bucket;
  policies.resource_account = alice.account;
  Context context;
  context.set("aws:username", "alice");
  context.set("aws:securetransport", "true");
  if (!Evaluate(alice, policies, Request("s3:GetObject", resource, context)).allowed()) state.SkipWithError("denied");
  for (auto _ : state) {
    const auto decision = Evaluate(alice, policies, Request("s3:GetObject", resource, context));
    benchmark::DoNotOptimize(decision.allowed());
  }
}
BENCHMARK(Decide)->Arg(1)->Arg(10);

// What cannot be avoided: the resource compared with each policy's bucket, up to the first difference.
void CompareBuckets(benchmark::State& state) {
  std::vector<std::string> buckets;
  for (int number = 1; number <= 10; ++number) buckets.push_back("arn:aws:s3:::team-" + std::to_string(number) + "/");
  const std::string resource = buckets.back() + "home/alice/report.csv";
  for (auto _ : state) {
    int matches = 0;
    for (const std::string& bucket : buckets) matches += resource.starts_with(bucket) ? 1 : 0;
    benchmark::DoNotOptimize(matches);
  }
}
BENCHMARK(CompareBuckets);

}  // namespace
}  // namespace keymill::policy

BENCHMARK_MAIN();
