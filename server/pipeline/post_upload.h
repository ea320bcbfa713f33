#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/aws/form_data.h"
#include "server/http/request.h"
#include "server/pipeline/payload.h"
#include "sigv4/authorization.h"
#include "sigv4/post_policy.h"

namespace keymill::pipeline {

/// An upload by an HTML form (PostObject, aws-facts A6): fields that stand for headers and carry the signature, then
/// the file, which is the payload. Lives in dispatch's frame for one request; views are of its own texts.
class PostUpload final : public Payload {
 public:
  /// Refuses a request that is no form, and signatures or tokens outside of the form.
  static Result<> check_headers(const http::Request& request);
  /// Precondition: check_headers() accepted the request.
  PostUpload(const http::Request& request, http::BodyStream& body);
  PostUpload(const PostUpload&) = delete;
  PostUpload& operator=(const PostUpload&) = delete;

  /// Reads up to the file's content; then what follows may be asked. Errors: MalformedPOSTRequest,
  /// MaxPostPreDataLengthExceededError, InvalidArgument for a form without `key` or `file`.
  Task<Result<>> read_fields();

  /// The object's key, with the file's name in place of `${filename}`.
  const std::string& key() const { return key_; }
  sigv4::PostForm signature() const;
  /// The request as if its fields were headers, `acl` as x-amz-acl. Of the real headers only those are left that
  /// policies ask for and that say nothing of the object.
  const http::Request& request() const { return posted_; }
  /// Holds the form to its policy, and from here on the file to its size. `now` in unix seconds.
  Result<> check_policy(std::string_view bucket, std::int64_t now);

  Task<Result<http::Bytes>> next() override;
  Result<> finish() override;
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  std::optional<std::string> trailer(std::string_view) const override { return std::nullopt; }

 private:
  std::optional<std::string_view> field(std::string_view name) const;
  Task<Result<bool>> more();
  Result<> take_key();
  void write_headers();

  const http::Request& request_;
  http::BodyStream& body_;
  aws::FormDataParser parser_;
  std::string_view input_;  // of the body's current piece, not parsed yet
  std::string key_;
  std::vector<sigv4::Header> headers_;
  http::Request posted_;
  std::optional<sigv4::PostPolicy> policy_;
  std::uint64_t size_ = 0;  // of the file so far
};

}  // namespace keymill::pipeline
