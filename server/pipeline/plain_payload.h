#pragma once

#include <string>

#include "server/http/request.h"
#include "server/pipeline/authenticate.h"
#include "server/pipeline/payload.h"
#include "sigv4/digest.h"

namespace keymill::pipeline {

/// A body sent as it is, held to its announced SHA-256 if there is one.
class PlainPayload final : public Payload {
 public:
  PlainPayload(const http::Request& request, http::BodyStream& body, const PayloadClaim& claim)
      : body_(body), length_(request.content_length), announced_(claim.text),
        digest_(claim.kind == sigv4::PayloadHash::Kind::Digest) {}

  Task<Result<http::Bytes>> next() override;
  Result<> finish() override;
  std::optional<std::uint64_t> length() const override { return length_; }
  std::optional<std::string> trailer(std::string_view) const override { return std::nullopt; }

 private:
  http::BodyStream& body_;
  std::optional<std::uint64_t> length_;
  std::string announced_;
  bool digest_;
  sigv4::Sha256 hash_;
};

}  // namespace keymill::pipeline
