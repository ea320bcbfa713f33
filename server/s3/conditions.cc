#include "server/s3/conditions.h"

#include "server/aws/time.h"
#include "server/s3/errors.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

Error Failed(std::string_view prefix, std::string_view condition) {
  return Error(PreconditionFailed).with("Condition", std::string(prefix).append(condition));
}

Error Unsupported(std::string header, std::string message) {
  return Error(NotImplemented).with("Header", std::move(header)).with("additionalMessage", std::move(message));
}

std::string_view Unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
  return etag;
}

constexpr store::Millis Seconds(store::Millis time) {
  return time / 1000;
}  // what the client has seen of it

}  // namespace

ReadConditions ReadConditionsOf(const pipeline::Call& call, std::string_view prefix) {
  const auto find = [&](std::string_view name) {
    return prefix.empty() ? call.header(name) : call.header(std::string(prefix).append(name));
  };
  const auto date = [&](std::string_view name) {
    const auto value = find(name);
    return value ? aws::ParseHttpDate(*value) : std::nullopt;
  };
  return {find("if-match"), find("if-none-match"), date("if-modified-since"), date("if-unmodified-since")};
}

bool MatchesEtag(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view item = sigv4::trim(list.substr(0, comma));
    if (item == "*" || Unquoted(item) == etag) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

Result<bool> CheckRead(const ReadConditions& conditions, const store::Object& object, store::Millis now,
                       std::string_view prefix) {
  if (conditions.if_match) {
    if (!MatchesEtag(*conditions.if_match, object.etag)) return Failed(prefix, "If-Match");
  } else if (conditions.if_unmodified_since && Seconds(object.modified) > Seconds(*conditions.if_unmodified_since)) {
    return Failed(prefix, "If-Unmodified-Since");
  }
  const bool copy = !prefix.empty();  // a copy has no client's copy to fall back on
  if (conditions.if_none_match) {
    if (!MatchesEtag(*conditions.if_none_match, object.etag)) return true;
    if (copy) return Failed(prefix, "If-None-Match");
    return false;
  }
  const auto since = conditions.if_modified_since;
  if (since && *since <= now && Seconds(object.modified) <= Seconds(*since)) {
    if (copy) return Failed(prefix, "If-Modified-Since");
    return false;
  }
  return true;
}

Result<WriteConditions> WriteConditionsOf(const pipeline::Call& call) {
  const auto match = call.header("if-match"), none_match = call.header("if-none-match");
  if (match && none_match) {
    return Unsupported("If-Match,If-None-Match", "Multiple conditional request headers present in the request");
  }
  if (none_match && *none_match != "*") {
    return Unsupported("If-None-Match", "We don't accept the provided value of If-None-Match header for this API");
  }
  if (match && *match == "*") {
    return Unsupported("If-Match", "We don't accept the provided value of If-Match header for this API");
  }
  return WriteConditions{match ? std::string(Unquoted(*match)) : std::string(), none_match.has_value()};
}

Result<> CheckWrite(const WriteConditions& conditions, const std::optional<store::Object>& current,
                    std::string_view key) {
  const bool exists = current && !current->delete_marker;
  if (conditions.if_absent && exists) return Failed({}, "If-None-Match");
  if (conditions.if_match.empty()) return {};
  if (!exists) return Error(NoSuchKey).with("Key", std::string(key));
  if (current->etag != conditions.if_match) return Failed({}, "If-Match");
  return {};
}

}  // namespace keymill::s3
