#include "server/pipeline/post_upload.h"

#include <algorithm>
#include <array>

#include "server/pipeline/auth_errors.h"
#include "server/pipeline/errors.h"
#include "server/pipeline/post_policy.h"
#include "server/pipeline/router.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

using State = aws::FormDataParser::State;

constexpr std::size_t kFieldsLimit =
    20 << 10;  // the form without the file's content: 20 kB (PostObject, "Form fields")
constexpr std::string_view kFilename = "${filename}";
/// How far a file that is too large is read on, to tell its size.
constexpr std::uint64_t kCountedExcess = 1 << 20;

constexpr ErrorKind MalformedPostRequest{"MalformedPOSTRequest", 400,
                                         "The body of your POST request is not well-formed multipart/form-data."};
constexpr ErrorKind MaxPostPreDataLengthExceeded{"MaxPostPreDataLengthExceededError", 400,
                                                 "Your POST request fields preceding the upload file were too large."};

// Browsers used to send whole paths.
std::string_view BaseName(std::string_view path) {
  const auto end = path.find_last_of("/\\");
  return end == std::string_view::npos ? path : path.substr(end + 1);
}

}  // namespace

Result<> PostUpload::check_headers(const http::Request& request) {
  const auto type = request.header_or_empty("content-type");
  if (!aws::IsFormData(type)) {
    return aws::Error(PreconditionFailed)
        .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data");
  }
  if (!aws::FormDataBoundary(type)) return aws::Error(MalformedPostRequest);
  if (const auto authorization = request.header("authorization")) {
    return InvalidArgumentNamed("A form upload is authenticated by its fields, not by a header.", "Authorization",
                                *authorization);
  }
  if (request.header("x-amz-security-token")) return aws::Error(AccessDenied, "No AWSAccessKey was presented.");
  return {};
}

PostUpload::PostUpload(const http::Request& request, http::BodyStream& body)
    : request_(request),
      body_(body),
      parser_(*aws::FormDataBoundary(request.header_or_empty("content-type")), kFieldsLimit),
      posted_(request) {}

/// False at the body's end.
Task<Result<bool>> PostUpload::more() {
  if (!input_.empty()) co_return true;
  auto piece = co_await body_.next();
  if (!piece) co_return std::move(piece.error());
  input_ = {reinterpret_cast<const char*>(piece->data()), piece->size()};
  co_return !input_.empty();
}

Task<Result<>> PostUpload::read_fields() {
  while (parser_.state() == State::kFields) {
    auto input = co_await more();
    if (!input) co_return std::move(input.error());
    if (!*input) co_return aws::Error(MalformedPostRequest);
    input_.remove_prefix(parser_.feed(input_).consumed);
  }
  if (parser_.state() == State::kMalformed) co_return aws::Error(MalformedPostRequest);
  if (parser_.state() == State::kTooLarge) co_return aws::Error(MaxPostPreDataLengthExceeded);
  if (auto taken = take_key(); !taken) co_return std::move(taken.error());
  if (!parser_.has_file()) co_return MissingFormField("file");
  write_headers();
  co_return Result<>();
}

std::optional<std::string_view> PostUpload::field(std::string_view name) const {
  for (const auto& sent : parser_.fields()) {
    if (sigv4::equals_ignoring_case(sent.name, name)) return sent.value;
  }
  return std::nullopt;
}

Result<> PostUpload::take_key() {
  const auto sent = field("key");
  if (!sent) return MissingFormField("key");
  key_ = *sent;
  const auto& filename = parser_.filename();
  if (filename && !filename->empty()) {
    const std::string name(BaseName(*filename));
    for (std::size_t at = 0; (at = key_.find(kFilename, at)) != std::string::npos; at += name.size()) {
      key_.replace(at, kFilename.size(), name);
    }
  }
  if (key_.empty()) return InvalidArgumentNamed("User key must have a length greater than 0.", "key", "");
  if (!IsUtf8(key_)) return aws::Error(InvalidUri).with("URI", key_);
  return {};
}

void PostUpload::write_headers() {
  constexpr std::array<std::string_view, 5> kKept = {"user-agent", "referer", "origin", "if-match", "if-none-match"};
  for (const auto& header : request_.headers) {
    if (std::find(kKept.begin(), kKept.end(), sigv4::lower(header.name)) != kKept.end()) headers_.push_back(header);
  }
  for (const auto& sent : parser_.fields()) {
    const bool acl = sigv4::equals_ignoring_case(sent.name, "acl");
    headers_.push_back({acl ? std::string_view("x-amz-acl") : std::string_view(sent.name), sent.value});
  }
  posted_.headers = headers_;
  posted_.content_length.reset();
}

sigv4::PostForm PostUpload::signature() const {
  constexpr std::string_view kToken = "x-amz-security-token";
  sigv4::PostForm form;
  form.policy = field("policy");
  form.algorithm = field("x-amz-algorithm");
  form.credential = field("x-amz-credential");
  form.date = field("x-amz-date");
  form.signature = field("x-amz-signature");
  form.security_token = field(kToken);
  form.aws_access_key_id = field("awsaccesskeyid");
  form.v2_signature = field("signature");
  form.security_token_conflict = std::any_of(parser_.fields().begin(), parser_.fields().end(), [&](const auto& sent) {
    return sigv4::equals_ignoring_case(sent.name, kToken) && sent.value != *form.security_token;
  });
  return form;
}

Result<> PostUpload::check_policy(std::string_view bucket, std::int64_t now) {
  auto policy = ReadPostPolicy(field("policy").value_or(std::string_view{}));
  if (!policy) return std::move(policy.error());
  std::vector<sigv4::FormField> fields;
  for (const auto& sent : parser_.fields()) {
    const bool key = sigv4::equals_ignoring_case(sent.name, "key");
    fields.push_back({sent.name, key ? key_ : sent.value});
  }
  if (const auto verdict = policy->check(fields, bucket, now)) return PolicyRefusal(verdict);
  policy_ = std::move(*policy);
  return {};
}

Task<Result<http::Bytes>> PostUpload::next() {
  sigv4::PolicyVerdict excess;
  while (!parser_.ended()) {
    auto input = co_await more();
    if (!input) co_return std::move(input.error());
    if (!*input) co_return aws::Error(MalformedPostRequest);
    const auto [data, consumed] = parser_.feed(input_);
    input_.remove_prefix(consumed);
    if (data.empty()) continue;
    size_ += data.size();
    if (policy_) excess = policy_->check_length(size_);
    if (excess.fault == sigv4::PolicyFault::TooLarge) {
      if (size_ > excess.limit + kCountedExcess) break;
      continue;
    }
    co_return http::Bytes(reinterpret_cast<const std::byte*>(data.data()), data.size());
  }
  if (excess.fault == sigv4::PolicyFault::TooLarge) co_return PolicyRefusal(excess);
  if (parser_.state() != State::kEnd) co_return aws::Error(MalformedPostRequest);
  co_return http::Bytes{};
}

Result<> PostUpload::finish() {
  if (parser_.state() != State::kEnd) return aws::Error(MalformedPostRequest);
  if (!policy_) return {};
  if (const auto verdict = policy_->check_length(size_)) return PolicyRefusal(verdict);
  return {};
}

}  // namespace keymill::pipeline
