#include "server/federation/jwt.h"

#include <algorithm>
#include <cmath>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/federation/jwk.h"

namespace keymill::federation {
namespace {

namespace json = boost::json;

constexpr std::string_view kTags = "https://aws.amazon.com/tags";
constexpr std::string_view kPrincipalTags = "principal_tags";
constexpr std::string_view kTransitiveKeys = "transitive_tag_keys";
constexpr std::string_view kSourceIdentity = "https://aws.amazon.com/source_identity";
constexpr double kLastTime = 253402300799;  // the end of the year 9999

std::optional<json::object> ParseObject(std::string_view encoded) {
  const auto text = Base64UrlDecode(encoded);
  if (!text) return std::nullopt;
  boost::system::error_code ec;
  json::value value = json::parse(*text, ec);
  if (ec || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

/// Reads members of one object. What has the wrong type makes the whole token unreadable.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  void text(std::string_view name, std::string& out) {
    const json::value* member = object_.if_contains(name);
    if (member == nullptr) return;
    if (const json::string* found = member->if_string()) {
      out = *found;
    } else {
      well_formed_ = false;
    }
  }
  /// A text, or a list of texts.
  void texts(std::string_view name, std::vector<std::string>& out) {
    if (const json::value* member = object_.if_contains(name)) append(*member, out);
  }
  /// Seconds since the epoch, a fraction dropped.
  void time(std::string_view name, std::optional<std::int64_t>& out) {
    const json::value* member = object_.if_contains(name);
    if (member == nullptr) return;
    boost::system::error_code ec;
    const double seconds = member->is_number() ? member->to_number<double>(ec) : -1;
    if (ec || !(seconds >= 0 && seconds <= kLastTime)) {
      well_formed_ = false;
    } else {
      out = static_cast<std::int64_t>(std::floor(seconds));
    }
  }
  /// A tag's value is a text, or a list of one.
  void tag(std::string_view key, const json::value& value, Claims& claims) {
    std::vector<std::string> values;
    append(value, values);
    if (values.size() == 1) {
      claims.tags.emplace_back(key, std::move(values.front()));
    } else {
      well_formed_ = false;
    }
  }
  /// In one nested claim, or flattened, each tag a claim: AWS reads both.
  void tags(Claims& claims) {
    if (const json::value* nested = object_.if_contains(kTags)) {
      const json::object* parts = nested->if_object();
      const json::value* principal = parts != nullptr ? parts->if_contains(kPrincipalTags) : nullptr;
      well_formed_ = well_formed_ && parts != nullptr && (principal == nullptr || principal->is_object());
      if (!well_formed_) return;
      if (principal != nullptr) {
        for (const auto& [key, value] : principal->get_object()) tag(key, value, claims);
      }
      if (const json::value* keys = parts->if_contains(kTransitiveKeys)) append(*keys, claims.transitive_tags);
    }
    const std::string flat = std::string(kTags).append("/");
    const std::string flat_tag = flat + std::string(kPrincipalTags) + "/";
    for (const auto& [name, value] : object_) {
      const std::string_view key = name;
      if (key.starts_with(flat_tag)) tag(key.substr(flat_tag.size()), value, claims);
    }
    texts(flat + std::string(kTransitiveKeys), claims.transitive_tags);
  }
  bool well_formed() const { return well_formed_; }

 private:
  void append(const json::value& value, std::vector<std::string>& out) {
    if (const json::string* text = value.if_string()) {
      out.emplace_back(*text);
      return;
    }
    const json::array* list = value.if_array();
    well_formed_ = well_formed_ && list != nullptr;
    if (list == nullptr) return;
    for (const json::value& entry : *list) {
      if (const json::string* text = entry.if_string()) {
        out.emplace_back(*text);
      } else {
        well_formed_ = false;
      }
    }
  }

  const json::object& object_;
  bool well_formed_ = true;
};

std::optional<Claims> ReadClaims(const json::object& object) {
  Claims claims;
  Members members(object);
  members.text("iss", claims.issuer);
  members.text("sub", claims.subject);
  members.texts("aud", claims.audiences);
  members.text("azp", claims.authorized_party);
  members.time("exp", claims.expires);
  members.time("nbf", claims.not_before);
  members.time("iat", claims.issued);
  members.texts("amr", claims.methods);
  members.tags(claims);
  members.text(kSourceIdentity, claims.source_identity);
  if (!members.well_formed()) return std::nullopt;
  return claims;
}

}  // namespace

std::optional<Jwt> Jwt::Parse(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.size() > kMaxSize) return std::nullopt;
  const auto header = ParseObject(text.substr(0, first));
  const auto payload = ParseObject(text.substr(first + 1, second - first - 1));
  auto signature = Base64UrlDecode(text.substr(second + 1));  // a third dot is no base64url
  if (!header || !payload || !signature || header->contains("crit")) return std::nullopt;
  Jwt jwt;
  Members members(*header);
  members.text("alg", jwt.algorithm_);
  members.text("kid", jwt.key_id_);
  auto claims = ReadClaims(*payload);
  if (!members.well_formed() || !claims) return std::nullopt;
  jwt.signed_part_ = text.substr(0, second);
  jwt.signature_ = *std::move(signature);
  jwt.claims_ = *std::move(claims);
  return jwt;
}

Jwt::Signature Jwt::verify(std::string_view jwk_set) const {
  const crypto::SigningAlgorithm* algorithm = crypto::FindSigningAlgorithm(algorithm_);
  if (algorithm == nullptr) return Signature::kUnsupported;
  const auto keys = ParseJwkSet(jwk_set);
  if (!keys) return Signature::kNoKey;
  bool tried = false;
  for (const Jwk& jwk : *keys) {
    if (!key_id_.empty() && jwk.id != key_id_) continue;
    if (!jwk.algorithm.empty() && jwk.algorithm != algorithm_) continue;
    if (!jwk.key.fits(*algorithm)) continue;
    if (jwk.key.verify(*algorithm, signed_part_, signature_)) return Signature::kValid;
    tried = true;
  }
  return tried ? Signature::kInvalid : Signature::kNoKey;
}

std::string SignJwt(const crypto::PrivateKey& key, const crypto::SigningAlgorithm& algorithm, std::string_view key_id,
                    std::string_view claims) {
  const json::object header{{"alg", json::string(algorithm.name)}, {"kid", json::string(key_id)}, {"typ", "JWT"}};
  std::string token = Base64UrlEncode(json::serialize(header)) + '.' + Base64UrlEncode(claims);
  const std::string signature = key.sign(algorithm, token);
  return token + '.' + Base64UrlEncode(signature);
}

std::optional<std::string> CheckJwkSet(std::string_view text) {
  if (text.size() > kMaxJwkSet) return "is longer than " + std::to_string(kMaxJwkSet) + " octets";
  const auto keys = ParseJwkSet(text);
  if (!keys) return "must be a JWK set, an object with the list \"keys\"";
  if (keys->empty()) return "has no RSA key of 2048 to 8192 bits and no EC key on P-256, P-384 or P-521 for signatures";
  return std::nullopt;
}

}  // namespace keymill::federation
