#include "server/s3/tags.h"

#include <algorithm>
#include <set>

#include "server/aws/form.h"
#include "server/pipeline/params.h"
#include "server/s3/errors.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

constexpr std::size_t kMaxKey = 128;
constexpr std::size_t kMaxValue = 256;

/// Letters, digits and spaces of any script, and `_ . : / = + - @`.
bool AllowedText(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(), [](char32_t c) {
    if (c >= 0x80) return c != 0xFFFD;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::u32string_view(U" _.:/=+-@").find(c) != std::u32string_view::npos;
  });
}

Error BadHeader(std::string_view value) {
  return InvalidArgumentNamed(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name "
      "duplicates.",
      "x-amz-tagging", value);
}

}  // namespace

Result<> CheckTags(const store::StringPairs& tags, Tagged what) {
  const bool object = what == Tagged::kObject;
  if (tags.size() > (object ? 10 : 50)) {
    return Error(BadRequest,
                 object ? "Object tags cannot be greater than 10" : "Bucket tag count cannot be greater than 50");
  }
  std::set<std::string_view> seen;
  for (const auto& [key, value] : tags) {
    const std::u32string key_text = aws::CodePoints(key), value_text = aws::CodePoints(value);
    if (key_text.empty() || key_text.size() > kMaxKey || !AllowedText(key_text)) {
      return Error(InvalidTag).with("TagKey", key);
    }
    if (value_text.size() > kMaxValue || !AllowedText(value_text)) {
      return Error(InvalidTag, "The TagValue you have provided is invalid").with("TagKey", key).with("TagValue", value);
    }
    if (sigv4::starts_with_ignoring_case(key, "aws:")) {
      return object ? Error(InvalidTag, "Your TagKey cannot be prefixed with aws:").with("TagKey", key)
                    : Error(InvalidTag, "System tags cannot be added/updated by requester").with("TagKey", key);
    }
    if (!seen.insert(key).second) {
      return Error(InvalidTag, "Cannot provide multiple Tags with the same key").with("TagKey", key);
    }
  }
  return {};
}

Result<store::StringPairs> ParseTaggingHeader(std::string_view value) {
  const auto params = pipeline::Params::Parse(value);
  if (!params) return BadHeader(value);
  std::set<std::string_view> seen;
  for (const auto& [key, ignored] : params->all()) {
    if (!seen.insert(key).second) return BadHeader(value);
  }
  if (auto checked = CheckTags(params->all(), Tagged::kObject); !checked) return checked.error();
  return params->all();
}

Result<store::StringPairs> ParseTagging(std::string_view document, Tagged what) {
  const auto parsed = aws::XmlDocument::Parse(document, "Tagging");
  Tagging tagging;
  if (!parsed || !aws::Read(parsed->root(), tagging)) return Error(MalformedXML);
  store::StringPairs tags = PairsOf(tagging);
  if (auto checked = CheckTags(tags, what); !checked) return checked.error();
  return tags;
}

Tagging TaggingOf(const store::StringPairs& pairs) {
  Tagging tagging;
  for (const auto& [key, value] : pairs) tagging.tags.push_back({key, value});
  return tagging;
}

store::StringPairs PairsOf(const Tagging& tagging) {
  store::StringPairs pairs;
  for (const auto& [key, value] : tagging.tags) pairs.emplace_back(key, value);
  return pairs;
}

}  // namespace keymill::s3
