#include "tests/server/post_form.h"

#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::test {

std::string PostedForm::policy() const {
  if (!whole_policy.empty()) return whole_policy;
  std::string text = "{\"expiration\":\"" + expiration +
                     "\",\"conditions\":[{\"bucket\":\"matrix-bucket\"},[\"starts-with\",\"$key\",\"\"]";
  for (const char* name : {"x-amz-algorithm", "x-amz-credential", "x-amz-date"}) {
    if (by == By::kV4) text.append(",[\"starts-with\",\"$").append(name).append("\",\"\"]");
  }
  for (const auto& condition : conditions) text.append(",").append(condition);
  return text + "]}";
}

std::string PostedForm::body() const {
  auto all = fields;
  if (!key.empty()) all.insert(all.begin(), {"key", key});
  if (by == By::kV4) {
    for (auto& line : sigv4::sign_post_policy(policy(), credentials, signing)) all.emplace_back(line.name, line.value);
  } else if (by == By::kV2) {
    const auto text = sigv4::base64_encode(policy());
    const auto mac = sigv4::HmacSha1Key(credentials.secret_access_key).sign(text);
    all.emplace_back("AWSAccessKeyId", credentials.access_key_id);
    all.emplace_back("policy", text);
    all.emplace_back("signature", sigv4::base64_encode({reinterpret_cast<const char*>(mac.data()), mac.size()}));
  }
  std::string out;
  const auto part = [&](const std::string& disposition, const std::string& value) {
    out += "--" + boundary + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n";
  };
  for (const auto& [name, value] : all) {
    if (dropped.count(name) != 0) continue;
    const auto other = changed.find(name);
    part("name=\"" + name + "\"", other == changed.end() ? value : other->second);
  }
  if (!file_part.empty()) part(file_part, file);
  for (const auto& [name, value] : late) part("name=\"" + name + "\"", value);
  return out + "--" + boundary + "--\r\n";
}

Wire PostedForm::wire() const {
  return {"POST",
          "/" + bucket,
          {{"Host", world.server.host()}, {"Content-Type", "multipart/form-data; boundary=" + boundary}},
          body()};
}

}  // namespace keymill::test
