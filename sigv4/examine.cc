// Stage 1 of verification. Each examine_* function reads top to bottom in AWS's order of complaint.
#include <algorithm>
#include <charconv>
#include <limits>

#include "sigv4/encoding.h"
#include "sigv4/verify.h"

namespace keymill::sigv4 {
namespace {

constexpr std::int64_t kMaxExpires = 604800;

/// nullopt when `text` is not a decimal integer; values beyond the range come out as its ends.
std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    return text.front() == '-' ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  if (error != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

/// The headers that matter to authentication, found in one pass.
struct Verifier::Notable {
  std::optional<std::string_view> authorization{}, amz_date{}, date{}, content_sha256{}, token{}, region_set{};
  bool authorization_repeated = false;
  bool token_conflict = false;

  explicit Notable(std::span<const Header> headers) {
    for (const Header& header : headers) {
      switch (header.name.size()) {
        case 4:
          keep_first(date, header, "date");
          break;
        case 10:
          keep_first(amz_date, header, "x-amz-date");
          break;
        case 13:
          authorization_repeated |= authorization && equals_ignoring_case(header.name, "authorization");
          keep_first(authorization, header, "authorization");
          break;
        case 16:
          keep_first(region_set, header, "x-amz-region-set");
          break;
        case 20:
          keep_first(content_sha256, header, "x-amz-content-sha256");
          token_conflict |=
              token && header.value != *token && equals_ignoring_case(header.name, "x-amz-security-token");
          keep_first(token, header, "x-amz-security-token");
          break;
        default:
          break;
      }
    }
  }

  static void keep_first(std::optional<std::string_view>& slot, const Header& header, std::string_view name) {
    if (!slot && equals_ignoring_case(header.name, name)) slot = header.value;
  }
};

void Verifier::start(const RequestView& request, const Expectation& expectation) {
  request_ = request;
  expectation_ = expectation;
  claim_ = {};
  failure_ = {};
  canonical_.clear();
  string_to_sign_.clear();
  decoded_end_ = decoded_.start(request.raw_query.size() + 1);
  signed_headers_.assign({});
}

const Failure& Verifier::conclude(Failure failure) {
  failure_ = failure;
  return failure_;
}

std::string_view Verifier::decoded(std::string_view encoded) {
  char* const begin = decoded_end_;
  decoded_end_ = write_percent_decoded(begin, encoded, false);  // cannot fail: CanonicalQuery made the escapes
  return {begin, static_cast<std::size_t>(decoded_end_ - begin)};
}

const Failure& Verifier::examine(const RequestView& request, const Expectation& expectation) {
  start(request, expectation);
  if (!query_.parse(request.raw_query)) return conclude({.reason = Reason::MalformedQuery});
  const Notable headers(request.headers);
  const bool s3 = expectation.options.dialect == Dialect::S3;

  if (headers.authorization_repeated && s3) return conclude({.reason = Reason::AuthorizationRepeated});
  bool in_query = false;
  bool version2_in_query = false;
  if (!query_.empty()) {
    const bool algorithm = query_.find("X-Amz-Algorithm").has_value();
    const bool version2_signature = s3 && query_.find("Signature").has_value();
    in_query = algorithm || query_.find("X-Amz-Signature") || query_.find("X-Amz-Credential");
    version2_in_query = version2_signature || (s3 && query_.find("AWSAccessKeyId"));
    if ((headers.authorization && (algorithm || version2_signature)) || (algorithm && version2_signature)) {
      return conclude({.reason = Reason::MultipleMechanisms, .subject = headers.authorization.value_or("")});
    }
  }
  if (headers.authorization) return conclude(examine_header(headers));
  if (in_query) return conclude(s3 ? examine_query_s3(headers) : examine_query_query_service(headers));
  if (version2_in_query) return conclude(examine_sigv2_query());
  return conclude(examine_anonymous(headers));
}

Failure Verifier::examine_anonymous(const Notable& headers) {
  if (expectation_.options.dialect != Dialect::S3) return {};
  if (headers.amz_date) return {.reason = Reason::DateWithoutAuthorization};
  claim_.payload = {.kind = PayloadHash::Kind::Unsigned, .text = kUnsignedPayload};
  if (!headers.content_sha256) return {};
  const auto payload = parse_payload_hash(*headers.content_sha256);
  if (!payload) return {.reason = Reason::ContentSha256Invalid, .subject = *headers.content_sha256};
  if (payload->signed_chunks) {
    return {.reason = Reason::AnonymousStreamingPayload, .subject = *headers.content_sha256};
  }
  claim_.payload = *payload;
  return {};
}

Failure Verifier::examine_header(const Notable& headers) {
  const bool s3 = expectation_.options.dialect == Dialect::S3;
  Failure failure = parse_authorization(*headers.authorization, expectation_.options.dialect, claim_);
  if (claim_.form == Form::SigV2Header) {
    if (!s3) return {.reason = Reason::AlgorithmUnsupported, .subject = "AWS"};
    if (!expectation_.allow_sigv2) return {.reason = Reason::SigV2NotAllowed};
    return failure ? failure : examine_sigv2_header(headers);
  }
  if (!s3 && !headers.amz_date && !headers.date &&
      (failure.reason == Reason::None || failure.reason == Reason::ComponentsWrong)) {
    failure.reason = Reason::ComponentsWrong;  // these services name an absent date among the absent parts
    failure.missing |= Part::kDate;
  }
  if (failure) return failure;
  if (claim_.algorithm == Algorithm::EcdsaP256) claim_.region_set = headers.region_set.value_or("");
  signed_headers_.assign(claim_.signed_headers);
  signed_headers_.bind(request_.headers);
  take_token_header(headers);
  return s3 ? examine_header_s3(headers) : examine_header_query_service(headers);
}

Failure Verifier::examine_header_s3(const Notable& headers) {
  if (const Failure failure = check_credential()) return failure;
  const std::string_view date = headers.amz_date ? *headers.amz_date : headers.date.value_or("");
  if (!headers.amz_date && !headers.date) return {.reason = Reason::DateMissing};
  if (!take_date(date, true)) return {.reason = Reason::DateMalformed, .subject = date};
  if (const Failure failure = check_window()) return failure;
  if (const Failure failure = check_scope(date)) return failure;
  if (!headers.content_sha256) return {.reason = Reason::ContentSha256Missing};
  const auto payload = parse_payload_hash(*headers.content_sha256);
  const bool ecdsa = claim_.algorithm == Algorithm::EcdsaP256;
  if (!payload || (payload->signed_chunks && payload->ecdsa != ecdsa)) {
    return {.reason = Reason::ContentSha256Invalid, .subject = *headers.content_sha256};
  }
  claim_.payload = *payload;
  return check_signed_headers();
}

Failure Verifier::examine_header_query_service(const Notable& headers) {
  if (const Failure failure = check_signed_headers()) return failure;
  const std::string_view date = headers.amz_date ? *headers.amz_date : headers.date.value_or("");
  if (!take_date(date, !headers.amz_date)) return {.reason = Reason::DateMalformed, .subject = date};
  if (const Failure failure = check_window()) return failure;
  if (!parse_credential(claim_)) return {.reason = Reason::CredentialMalformed, .subject = claim_.credential};
  return check_all_of_scope();
}

std::uint8_t Verifier::take_query_parts() {
  std::uint8_t missing = 0;
  const auto take = [&](std::string_view name, std::uint8_t part, std::string_view& field) {
    if (const auto value = query_.find(name)) {
      field = decoded(*value);
    } else {
      missing |= part;
    }
  };
  std::string_view algorithm;
  take("X-Amz-Algorithm", Part::kAlgorithm, algorithm);
  take("X-Amz-Credential", Part::kCredential, claim_.credential);
  take("X-Amz-Date", Part::kDate, claim_.date);
  take("X-Amz-Expires", Part::kExpires, claim_.expires);
  take("X-Amz-SignedHeaders", Part::kSignedHeaders, claim_.signed_headers);
  take("X-Amz-Signature", Part::kSignature, claim_.signature);
  claim_.form = Form::Query;
  const auto known = parse_algorithm(algorithm);
  claim_.algorithm = known.value_or(Algorithm::HmacSha256);
  if (!known && (missing & Part::kAlgorithm) == 0) {
    failure_ = {.reason = Reason::AlgorithmUnsupported, .subject = algorithm};
  }
  if (const auto token = query_.find("X-Amz-Security-Token")) {
    claim_.session_token = decoded(*token);
    claim_.token_source = TokenSource::Query;
    claim_.token_signed = true;
  }
  if (const auto set = query_.find("X-Amz-Region-Set")) claim_.region_set = decoded(*set);
  signed_headers_.assign(claim_.signed_headers);
  signed_headers_.bind(request_.headers);
  return missing;
}

Failure Verifier::examine_query_s3(const Notable& headers) {
  const std::uint8_t missing = take_query_parts();
  if (missing != 0) return {.reason = Reason::QueryParametersMissing, .missing = missing};
  if (failure_) return failure_;
  take_token_header(headers);  // a signed header wins over the parameter
  if (const Failure failure = check_credential()) return failure;
  const std::string_view date = claim_.date;
  if (!take_date(date, false)) return {.reason = Reason::DateMalformed, .subject = date};
  const auto expires = parse_integer(claim_.expires);
  if (!expires) return {.reason = Reason::ExpiresNotNumber, .subject = claim_.expires};
  if (*expires < 0) return {.reason = Reason::ExpiresNegative, .subject = claim_.expires};
  if (*expires > kMaxExpires) return {.reason = Reason::ExpiresTooLarge, .subject = claim_.expires};
  claim_.expires_at = claim_.request_time + *expires;
  if (claim_.request_time > expectation_.now + expectation_.max_skew_seconds) {
    return {.reason = Reason::RequestNotYetValid, .subject = date};
  }
  if (expectation_.now >= claim_.expires_at) return {.reason = Reason::RequestExpired, .subject = claim_.expires};
  if (const Failure failure = check_scope(date)) return failure;
  claim_.payload = {.kind = PayloadHash::Kind::Unsigned, .text = kUnsignedPayload};
  std::optional<std::string_view> announced;
  if (signed_headers_.contains("x-amz-content-sha256")) announced = headers.content_sha256;
  if (const auto value = query_.find("X-Amz-Content-Sha256"); value && !announced) announced = decoded(*value);
  if (announced) {
    const auto payload = parse_payload_hash(*announced);
    if (!payload) return {.reason = Reason::ContentSha256Invalid, .subject = *announced};
    claim_.payload = *payload;
  }
  return check_signed_headers();
}

Failure Verifier::examine_query_query_service(const Notable& headers) {
  const std::uint8_t missing = take_query_parts() & static_cast<std::uint8_t>(~Part::kExpires);
  if ((missing & Part::kAlgorithm) != 0) return {.reason = Reason::AlgorithmUnsupported};
  if (failure_) return failure_;
  if (missing != 0) return {.reason = Reason::QueryParametersMissing, .missing = missing};
  take_token_header(headers);
  if (const Failure failure = check_signed_headers()) return failure;
  const std::string_view date = claim_.date;
  if (!take_date(date, false)) return {.reason = Reason::DateMalformed, .subject = date};
  if (const Failure failure = check_window()) return failure;  // X-Amz-Expires means nothing here
  if (!parse_credential(claim_)) return {.reason = Reason::CredentialMalformed, .subject = claim_.credential};
  return check_all_of_scope();
}

Failure Verifier::examine_sigv2_header(const Notable& headers) {
  const std::string_view date = headers.amz_date ? *headers.amz_date : headers.date.value_or("");
  if (!headers.amz_date && !headers.date) return {.reason = Reason::DateMissing};
  if (!take_date(date, true)) return {.reason = Reason::DateMalformed, .subject = date};
  take_token_header(headers);
  claim_.payload = {.kind = PayloadHash::Kind::Unsigned, .text = kUnsignedPayload};
  if (headers.content_sha256) {
    const auto payload = parse_payload_hash(*headers.content_sha256);
    if (!payload || payload->signed_chunks) {
      return {.reason = Reason::ContentSha256Invalid, .subject = *headers.content_sha256};
    }
    claim_.payload = *payload;
  }
  return check_window();
}

Failure Verifier::examine_sigv2_query() {
  claim_.form = Form::SigV2Query;
  claim_.algorithm = Algorithm::HmacSha1;
  if (!expectation_.allow_sigv2) return {.reason = Reason::SigV2NotAllowed};
  const auto id = query_.find("AWSAccessKeyId");
  const auto signature = query_.find("Signature");
  const auto expires = query_.find("Expires");
  if (!id || !signature || !expires) return {.reason = Reason::SigV2ParametersMissing};
  claim_.access_key_id = decoded(*id);
  claim_.signature = decoded(*signature);
  claim_.expires = decoded(*expires);
  if (const auto token = query_.find_ignoring_case("x-amz-security-token")) {
    claim_.session_token = decoded(*token);
    claim_.token_source = TokenSource::Query;
    claim_.token_signed = true;
  }
  claim_.payload = {.kind = PayloadHash::Kind::Unsigned, .text = kUnsignedPayload};
  const auto at = parse_integer(claim_.expires);
  if (!at) return {.reason = Reason::ExpiresNotNumber, .subject = claim_.expires};
  claim_.expires_at = *at;
  if (expectation_.now >= *at) return {.reason = Reason::RequestExpired, .subject = claim_.expires};
  return {};
}

void Verifier::take_token_header(const Notable& headers) {
  if (!headers.token) return;
  const bool is_signed = signed_headers_.contains("x-amz-security-token");
  if (claim_.token_source == TokenSource::Query && !is_signed) return;  // S3 refuses the header as not signed
  claim_.session_token = *headers.token;
  claim_.token_source = TokenSource::Header;
  claim_.token_signed = is_signed || claim_.form == Form::SigV2Header;
  claim_.token_conflict = headers.token_conflict;
}

}  // namespace keymill::sigv4
