// POST forms and policies built from the input: no crash, and no form verifies without the secret.
#include <string>
#include <vector>

#include "sigv4/post_policy.h"
#include "sigv4/verify.h"
#include "tests/fuzz/fuzz_sigv4.h"

using namespace keymill::sigv4;

namespace {

PolicyValue value_from(fuzz::Input& input, int depth) {
  PolicyValue value;
  const std::uint8_t kind = input.octet();
  value.kind = static_cast<PolicyValue::Kind>(kind % 5);
  if (value.kind == PolicyValue::Kind::List || value.kind == PolicyValue::Kind::Object) {
    for (int i = 0; i < (kind >> 3) % 8 && depth < 4 && !input.empty(); ++i) {
      std::string name(input.piece());
      PolicyValue item = value_from(input, depth + 1);
      if (value.kind == PolicyValue::Kind::List) {
        value.items.push_back(std::move(item));
      } else {
        value.members.emplace_back(std::move(name), std::move(item));
      }
    }
  } else {
    value.text = input.piece();
  }
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeyMaterial key("a secret that the fuzzer does not know", 1);
  static Verifier verifier;
  static SigningKeyCache cache;
  fuzz::Input input(data, size);
  const std::uint8_t present = input.octet();
  PostForm form;
  std::optional<std::string_view>* const fields[] = {
      &form.policy,    &form.algorithm,      &form.credential,        &form.date,
      &form.signature, &form.security_token, &form.aws_access_key_id, &form.v2_signature};
  for (unsigned i = 0; i < 8; ++i) {
    if ((present >> i & 1) != 0) *fields[i] = input.piece();
  }
  const Expectation expectation{.options = kS3, .service = "s3", .now = 1440938160};
  if (!verifier.examine_post(form, expectation) && verifier.claim().form != Form::Anonymous) {
    fuzz::require(verifier.verify(key, cache).reason == Reason::SignatureMismatch);
  }
  std::vector<FormField> sent;
  for (int i = 0; i < 6; ++i) {
    const std::string_view name = input.piece();
    sent.push_back({name, input.piece()});
  }
  PostPolicy policy;
  if (PostPolicy::parse(value_from(input, 0), policy)) return 0;
  policy.check(sent, "bucket", 0);
  policy.check_length(size);
  return 0;
}
