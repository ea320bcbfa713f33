#include "sigv4/authorization.h"

#include <algorithm>
#include <array>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

constexpr std::string_view kSigV2Scheme = "AWS";

/// The text before `separator`, which is removed from `rest` with it; all of `rest` when there is none.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t at = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return taken;
}

Failure parse_sigv2(std::string_view header, std::string_view rest, Claim& claim) {
  claim.form = Form::SigV2Header;
  claim.algorithm = Algorithm::HmacSha1;
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == rest.size()) {
    return {.reason = Reason::SigV2Malformed, .subject = header};
  }
  claim.access_key_id = rest.substr(0, colon);
  claim.signature = rest.substr(colon + 1);
  return {};
}

struct Component {
  std::string_view name;
  std::uint8_t part;
  std::string_view Claim::*field;
};

constexpr std::array kComponents = {
    Component{"Credential", Part::kCredential, &Claim::credential},
    Component{"Signature", Part::kSignature, &Claim::signature},
    Component{"SignedHeaders", Part::kSignedHeaders, &Claim::signed_headers},
};
constexpr std::uint8_t kAllComponents = Part::kCredential | Part::kSignature | Part::kSignedHeaders;

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  // '*' may stand anywhere; regions are short, so trying each length is cheap, and patterns with many stars are cut.
  if (std::count(pattern.begin(), pattern.end(), '*') > 4) return false;
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= text.size(); ++at) {
    if (wildcard_matches(rest, text.substr(at))) return true;
  }
  return false;
}

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  if (name == kHmacSha256Name) return Algorithm::HmacSha256;
  if (name == kEcdsaP256Name) return Algorithm::EcdsaP256;
  return std::nullopt;
}

Failure parse_authorization(std::string_view header, Dialect dialect, Claim& claim) {
  claim.authorization = header;
  if (header.empty()) return {.reason = Reason::AuthorizationEmpty};
  std::string_view rest = header;
  const std::string_view scheme = take(rest, ' ');
  const bool no_space = scheme.size() == header.size();
  if (no_space && dialect == Dialect::S3) return {.reason = Reason::AuthorizationNoSpace, .subject = header};
  if (scheme == kSigV2Scheme) return parse_sigv2(header, trim(rest), claim);
  const auto algorithm = parse_algorithm(scheme);
  if (!algorithm) return {.reason = Reason::AlgorithmUnsupported, .subject = scheme};
  claim.form = Form::Header;
  claim.algorithm = *algorithm;

  std::uint8_t present = 0;
  bool extra = false;
  while (!rest.empty()) {
    const std::string_view text = trim(take(rest, ','));
    if (text.empty()) continue;
    std::string_view value = text;
    const std::string_view name = take(value, '=');
    if (name.size() == text.size()) return {.reason = Reason::ComponentMalformed, .subject = text};
    const auto component = std::find_if(kComponents.begin(), kComponents.end(),
                                        [&](const Component& candidate) { return candidate.name == name; });
    if (component == kComponents.end()) {
      extra = true;
      continue;
    }
    extra = extra || (present & component->part) != 0;
    present |= component->part;
    claim.*(component->field) = trim(value);
  }
  if (present != kAllComponents || (extra && dialect == Dialect::S3)) {
    return {.reason = Reason::ComponentsWrong, .missing = static_cast<std::uint8_t>(kAllComponents & ~present)};
  }
  return {};
}

bool parse_credential(Claim& claim) {
  const std::array<std::string_view*, 5> fields = {&claim.access_key_id, &claim.scope.date, &claim.scope.region,
                                                   &claim.scope.service, &claim.scope.terminator};
  std::string_view rest = claim.credential;
  for (std::string_view* const field : fields) {
    if (field == &claim.scope.region && claim.algorithm == Algorithm::EcdsaP256) continue;
    const bool last = field == &claim.scope.terminator;
    const std::size_t slash = rest.find('/');
    if (last != (slash == std::string_view::npos)) return false;
    *field = rest.substr(0, slash);
    if (!last) rest.remove_prefix(slash + 1);
  }
  claim.scope.text = claim.credential.substr(claim.access_key_id.size() + 1);
  return true;
}

bool region_set_matches(std::string_view set, std::string_view region) {
  while (!set.empty()) {
    const std::string_view pattern = trim(take(set, ','));
    if (pattern.empty()) continue;
    if (region.empty() || wildcard_matches(pattern, region)) return true;
  }
  return false;
}

std::string_view peek_service(const RequestView& request) {
  constexpr std::string_view kInHeader = "Credential=";
  constexpr std::string_view kInQuery = "X-Amz-Credential=";
  std::string_view credential;
  for (const Header& header : request.headers) {
    if (!equals_ignoring_case(header.name, "authorization")) continue;
    const std::size_t at = header.value.find(kInHeader);
    if (at == std::string_view::npos) return {};
    credential = header.value.substr(at + kInHeader.size());
    break;
  }
  if (credential.empty()) {
    for (std::string_view rest = request.raw_query; !rest.empty();) {
      const std::string_view pair = take(rest, '&');
      if (!pair.starts_with(kInQuery)) continue;
      credential = pair.substr(kInQuery.size());
      break;
    }
  }
  credential = credential.substr(0, credential.find_first_of(", "));
  // ...service/aws4_request, where a query may write the slash as %2F: the part before the last one.
  const auto last_slash = [](std::string_view text, std::size_t& width) {
    for (std::size_t i = text.size(); i-- > 0;) {
      width = text[i] == '/' ? 1 : 3;
      if (text[i] == '/' || equals_ignoring_case(text.substr(i, 3), "%2f")) return i;
    }
    return std::string_view::npos;
  };
  std::size_t width = 0;
  const std::size_t end = last_slash(credential, width);
  if (end == std::string_view::npos) return {};
  const std::size_t begin = last_slash(credential.substr(0, end), width);
  if (begin == std::string_view::npos) return {};
  return credential.substr(begin + width, end - begin - width);
}

}  // namespace keymill::sigv4
