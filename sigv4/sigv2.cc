#include "sigv4/sigv2.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

constexpr std::array<std::string_view, 29> kSubresources = {
    "accelerate",  "acl",         "analytics",    "cors",        "defaultObjectAcl", "delete",
    "inventory",   "lifecycle",   "location",     "logging",     "metrics",          "notification",
    "object-lock", "partNumber",  "policy",       "replication", "requestPayment",   "restore",
    "select",      "select-type", "storageClass", "tagging",     "torrent",          "uploadId",
    "uploads",     "versionId",   "versioning",   "versions",    "website"};

bool is_subresource(std::string_view name) {
  return name.starts_with("response-") ||
         std::find(kSubresources.begin(), kSubresources.end(), name) != kSubresources.end();
}

using Pair = std::pair<std::string, std::string>;

std::string value_of(const SigV2Parts& parts, std::string_view lower_name) {
  for (const Header& header : parts.request.headers) {
    if (equals_ignoring_case(header.name, lower_name)) return std::string(trim(header.value));
  }
  if (parts.in_query) {
    if (const auto value = parts.query.find_ignoring_case(lower_name)) return *percent_decode(*value);
  }
  return {};
}

void add_joined(std::vector<Pair>& pairs, std::string name, std::string_view value) {
  const auto same = [&](const Pair& pair) { return pair.first == name; };
  const auto found = std::find_if(pairs.begin(), pairs.end(), same);
  if (found == pairs.end()) {
    pairs.emplace_back(std::move(name), value);
  } else {
    found->second.append(",").append(value);
  }
}

/// `name:value\n` sorted by name; x-amz-date too, whose presence empties the date line instead.
std::string amz_headers(const SigV2Parts& parts) {
  std::vector<Pair> pairs;
  for (const Header& header : parts.request.headers) {
    if (starts_with_ignoring_case(header.name, "x-amz-")) add_joined(pairs, lower(header.name), trim(header.value));
  }
  if (parts.in_query) {
    parts.query.each([&](std::string_view name, std::string_view value) {
      if (starts_with_ignoring_case(name, "x-amz-")) add_joined(pairs, lower(name), *percent_decode(value));
    });
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.first < b.first; });
  std::string text;
  for (const Pair& pair : pairs) text.append(pair.first).append(":").append(pair.second).append("\n");
  return text;
}

/// `/bucket/encoded-key?sub-resources`, the values of which are decoded.
std::string resource(const SigV2Parts& parts) {
  std::string text;
  if (!parts.virtual_bucket.empty()) text.append("/").append(parts.virtual_bucket);
  text += parts.request.raw_path;
  std::vector<Pair> pairs;
  parts.query.each([&](std::string_view name, std::string_view value) {
    if (is_subresource(name)) pairs.emplace_back(name, *percent_decode(value));
  });
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.first < b.first; });
  char separator = '?';
  for (const Pair& pair : pairs) {
    text += separator;
    text += pair.first;
    if (!pair.second.empty()) text.append("=").append(pair.second);
    separator = '&';
  }
  return text;
}

}  // namespace

void write_sigv2_string_to_sign(TextBuffer& buffer, const SigV2Parts& parts) {
  // Old enough to be rare, so that clarity may allocate here.
  std::string text(parts.request.method);
  text.append("\n").append(value_of(parts, "content-md5"));
  text.append("\n").append(value_of(parts, "content-type"));
  text += '\n';
  if (parts.in_query) {
    text += parts.expires;
  } else if (value_of(parts, "x-amz-date").empty()) {
    text += value_of(parts, "date");
  }
  text.append("\n").append(amz_headers(parts)).append(resource(parts));
  buffer.finish(put(buffer.start(text.size() + 1), text));
}

}  // namespace keymill::sigv4
