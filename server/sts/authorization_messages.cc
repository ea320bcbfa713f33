#include "server/sts/authorization_messages.h"

#include "server/federation/jwk.h"
#include "server/sts/answer.h"
#include "server/sts/errors.h"
#include "server/sts/fields.h"
#include "store/db.h"

namespace keymill::sts {
namespace {

constexpr std::string_view kPurpose = "authorization message";

}  // namespace

std::string EncodeAuthorizationMessage(const store::Vault& vault, std::string_view json) {
  return federation::Base64UrlEncode(vault.seal(json, kPurpose));
}

Task<Result<http::Response>> DecodeAuthorizationMessage(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kSts);
  const std::string text = form.required(kEncodedMessage);
  if (auto refusal = form.refusal()) co_return *refusal;
  const auto sealed = federation::Base64UrlDecode(text);
  const auto message = sealed ? call.services().db.vault().try_open(*sealed, kPurpose) : std::nullopt;
  if (!message) co_return aws::Error(InvalidAuthorizationMessage);
  co_return Answer(call, [&](aws::XmlWriter& xml) { xml.text("DecodedMessage", *message); });
}

}  // namespace keymill::sts
