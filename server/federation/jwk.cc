#include "server/federation/jwk.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::federation {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxKeys = 100;

/// A text member; empty if it is absent or no text.
std::string_view Text(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  const json::string* text = member != nullptr ? member->if_string() : nullptr;
  return text != nullptr ? std::string_view(*text) : std::string_view();
}

std::optional<crypto::PublicKey> ToKey(const json::object& object) {
  const std::string_view type = Text(object, "kty");
  if (type != "RSA" && type != "EC") return std::nullopt;
  const auto first = Base64UrlDecode(Text(object, type == "RSA" ? "n" : "x"));
  const auto second = Base64UrlDecode(Text(object, type == "RSA" ? "e" : "y"));
  if (!first || !second) return std::nullopt;
  if (type == "RSA") return crypto::PublicKey::Rsa(*first, *second);
  return crypto::PublicKey::Ec(Text(object, "crv"), *first, *second);
}

/// False for keys that encrypt, or that are for something else by their key_ops.
bool IsForSignatures(const json::object& object) {
  const std::string_view use = Text(object, "use");
  if (!use.empty() && use != "sig") return false;
  const json::value* operations = object.if_contains("key_ops");
  const json::array* list = operations != nullptr ? operations->if_array() : nullptr;
  return list == nullptr || std::find(list->begin(), list->end(), json::value("verify")) != list->end();
}

/// The members that make the key what it is, in the order of their names, as thumbprints want them.
json::object RequiredMembers(const crypto::PublicNumbers& numbers) {
  const std::string first = Base64UrlEncode(numbers.first);
  const std::string second = Base64UrlEncode(numbers.second);
  if (numbers.curve.empty()) return {{"e", second}, {"kty", "RSA"}, {"n", first}};
  return {{"crv", numbers.curve}, {"kty", "EC"}, {"x", first}, {"y", second}};
}

}  // namespace

std::string JwkText(const crypto::PublicNumbers& numbers, std::string_view id, std::string_view algorithm) {
  json::object jwk = RequiredMembers(numbers);
  jwk["kid"] = json::string(id);
  if (!algorithm.empty()) jwk["alg"] = json::string(algorithm);
  jwk["use"] = "sig";
  return json::serialize(jwk);
}

std::string JwkSetText(const std::vector<std::string>& jwks) {
  std::string set = R"({"keys":[)";
  for (const std::string& jwk : jwks) set.append(set.ends_with('[') ? "" : ",").append(jwk);
  return set.append("]}");
}

std::string Thumbprint(const crypto::PublicNumbers& numbers) {
  const auto digest = sigv4::sha256(json::serialize(RequiredMembers(numbers)));
  return Base64UrlEncode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<std::vector<Jwk>> ParseJwkSet(std::string_view text) {
  boost::system::error_code ec;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), ec);
  const json::object* object = ec ? nullptr : value.if_object();
  const json::value* member = object != nullptr ? object->if_contains("keys") : nullptr;
  const json::array* list = member != nullptr ? member->if_array() : nullptr;
  if (list == nullptr) return std::nullopt;
  std::vector<Jwk> keys;
  for (const json::value& entry : *list) {
    const json::object* jwk = entry.if_object();
    if (jwk == nullptr || keys.size() == kMaxKeys || !IsForSignatures(*jwk)) continue;
    if (auto key = ToKey(*jwk)) {
      keys.push_back({std::string(Text(*jwk, "kid")), std::string(Text(*jwk, "alg")), *std::move(key)});
    }
  }
  return keys;
}

std::string Base64UrlEncode(std::string_view octets) {
  std::string text = sigv4::base64_encode(octets);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

std::optional<std::string> Base64UrlDecode(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  plain.append((4 - plain.size() % 4) % 4, '=');
  return sigv4::base64_decode(plain);
}

}  // namespace keymill::federation
