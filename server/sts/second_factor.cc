#include "server/sts/second_factor.h"

#include "server/pipeline/mfa.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"

namespace keymill::sts {

SecondFactor ReadSecondFactor(aws::Form& form) {
  SecondFactor factor;
  factor.serial_number = form.optional(kSerialNumber);
  factor.token_code = form.optional(kTokenCode);
  return factor;
}

Task<Result<store::Millis>> CheckSecondFactor(pipeline::Call& call, const SecondFactor& factor) {
  if (!factor.serial_number && !factor.token_code) co_return store::Millis{0};
  if (!factor.serial_number || !factor.token_code) {
    co_return aws::Error(
        AccessDenied, "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.");
  }
  const pipeline::Identity& caller = call.identity();
  auto check = [&](store::Txn& txn) -> Result<> {
    const bool right =
        pipeline::CheckTotp(txn, caller.account, caller.user_id, *factor.serial_number, *factor.token_code, call.now());
    if (right) return {};
    for (const store::Item& device : pipeline::MfaDevicesOf(txn, caller.account, caller.user_id)) {
      if (device.name == factor.serial_number) {
        return aws::Error(AccessDenied, "MultiFactorAuthentication failed with invalid MFA one time pass code.");
      }
    }
    return aws::Error(AccessDenied,  // with AWS's two spaces
                      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
                      "number is valid and associated with this user.");
  };
  auto checked = co_await call.commit(check);
  if (!checked) co_return checked.error();
  co_return call.now();
}

}  // namespace keymill::sts
