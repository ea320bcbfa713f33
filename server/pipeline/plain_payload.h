#pragma once

#include <optional>
#include <string>
#include <utility>

#include "server/http/request.h"
#include "server/pipeline/payload.h"
#include "sigv4/digest.h"

namespace keymill::pipeline {

/// A body sent as it is, held to its announced SHA-256 if there is one.
class PlainPayload final : public Payload {
 public:
  /// `announced`: 64 hex digits, or nothing for an unsigned payload.
  PlainPayload(const http::Request& request, http::BodyStream& body, std::optional<std::string> announced)
      : body_(body), length_(request.content_length), announced_(std::move(announced)) {}

  Task<Result<http::Bytes>> next() override;
  Result<> finish() override;
  std::optional<std::uint64_t> length() const override { return length_; }
  std::optional<std::string> trailer(std::string_view) const override { return std::nullopt; }

 private:
  http::BodyStream& body_;
  std::optional<std::uint64_t> length_;
  std::optional<std::string> announced_;
  sigv4::Sha256 hash_;
};

}  // namespace keymill::pipeline
