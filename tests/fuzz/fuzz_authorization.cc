// Stage 1 and 2 on an arbitrary request in either dialect: no crash, no acceptance without the secret, and an
// explanation that ends.
#include <vector>

#include "sigv4/explain.h"
#include "sigv4/verify.h"
#include "tests/fuzz/fuzz_sigv4.h"

using namespace keymill::sigv4;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeyMaterial key("a secret that the fuzzer does not know", 1);
  static Verifier verifier;
  static SigningKeyCache cache;
  fuzz::Input input(data, size);
  const std::uint8_t choice = input.octet();
  const std::string_view method = input.piece();
  const std::string_view path = input.piece();
  const std::string_view query = input.piece();
  std::vector<Header> headers;
  if ((choice & 2) != 0) headers.push_back({"Authorization", input.piece()});
  while (!input.empty() && headers.size() < 100) {
    const std::string_view name = input.piece();
    headers.push_back({name, input.piece()});
  }
  const RequestView request{method, path, query, headers};
  const bool s3 = (choice & 1) == 0;
  const Expectation expectation{.options = s3 ? kS3 : kService,
                                .service = s3 ? "s3" : "sts",
                                .region = (choice & 4) != 0 ? std::string_view() : std::string_view("us-east-1"),
                                .now = 1440938160,
                                .max_skew_seconds = 1000000000};
  peek_service(request);
  if (verifier.examine(request, expectation) || verifier.claim().form == Form::Anonymous) return 0;
  fuzz::require(verifier.verify(key, cache).reason != Reason::None);
  if (verifier.failure().reason == Reason::SignatureMismatch && (choice & 8) != 0) {
    const KnownSecret secrets[] = {{"the key", "another secret"}};
    explain(verifier, secrets);
  }
  return 0;
}
