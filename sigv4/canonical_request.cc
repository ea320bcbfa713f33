#include "sigv4/canonical_request.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "sigv4/encoding.h"

namespace keymill::sigv4 {
namespace {

/// True when an octet of `text` is at or below ' ', tested eight at a time.
bool has_space_or_control(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t found = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    const std::uint64_t word = load_eight(text.data() + i);
    found |= (word - kOnes * 0x21) & ~word;
  }
  bool rest = false;
  for (; i < text.size(); ++i) rest |= static_cast<unsigned char>(text[i]) <= ' ';
  return (found & (kOnes * 0x80)) != 0 || rest;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Trims, and turns each run of white space into one space: also inside quotes, and where a line was folded.
char* write_header_value(char* out, std::string_view value) {
  if (!has_space_or_control(value)) return put(out, value);
  bool gap = false;
  bool started = false;
  for (const char c : value) {
    if (is_space(c)) {
      gap = started;
      continue;
    }
    if (gap) *out++ = ' ';
    *out++ = c;
    gap = false;
    started = true;
  }
  return out;
}

/// Lower-cases `text` into `out`.
char* write_lower(char* out, std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    const std::uint64_t word = to_lower(load_eight(text.data() + i));
    std::memcpy(out + i, &word, sizeof(word));
  }
  for (; i < text.size(); ++i) out[i] = to_lower(text[i]);
  return out + text.size();
}

/// Removes dot segments and empty segments; a slash at the end stays, and none is added after `/a/..`. False when `..`
/// climbs above the root.
bool write_normalized_path(char*& out, std::string_view path) {
  char* const begin = out;
  for (std::size_t i = 0; i < path.size();) {
    const std::size_t start = path[i] == '/' ? i + 1 : i;
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    i = end;
    if (segment == "..") {
      if (out == begin) return false;
      while (*--out != '/') {
      }
    } else if (!segment.empty() && segment != ".") {
      out = put(put(out, '/'), segment);
    }
  }
  if (out == begin || path.back() == '/') out = put(out, '/');
  return true;
}

/// The values of one signed name joined with commas in arrival order.
char* write_values(char* out, const SignedHeaders& signed_headers, const SignedHeaders::Name& name) {
  for (std::int32_t i = name.first; i >= 0; i = signed_headers.next(i)) {
    if (i != name.first) *out++ = ',';
    out = write_header_value(out, signed_headers.headers()[static_cast<std::size_t>(i)].value);
  }
  return out;
}

}  // namespace

std::string_view CanonicalQuery::name_of(const Pair& pair) const {
  return text_.view().substr(pair.begin, pair.name_end - pair.begin);
}

std::string_view CanonicalQuery::value_of(const Pair& pair) const {
  return text_.view().substr(pair.name_end + 1, pair.end - pair.name_end - 1);
}

bool CanonicalQuery::parse(std::string_view raw_query) {
  pairs_.clear();
  text_.clear();
  if (raw_query.empty()) return true;
  char* const begin = text_.start(raw_query.size() * 3 + 2);
  char* out = begin;
  const auto offset = [&] { return static_cast<std::uint32_t>(out - begin); };
  while (!raw_query.empty()) {
    const std::size_t end = std::min(raw_query.find('&'), raw_query.size());
    const std::string_view pair = raw_query.substr(0, end);
    raw_query.remove_prefix(std::min(end + 1, raw_query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    Pair& made = pairs_.emplace_back(Pair{offset(), 0, 0});
    out = write_uri_recoded(out, pair.substr(0, equals), Slash::Encode, true);
    if (out == nullptr) return false;
    made.name_end = offset();
    *out++ = '=';
    out = write_uri_recoded(out, pair.substr(std::min(equals + 1, pair.size())), Slash::Encode, true);
    if (out == nullptr) return false;
    made.end = offset();
    *out++ = '&';
  }
  text_.finish(out);
  return true;
}

std::optional<std::string_view> CanonicalQuery::find(std::string_view name) const {
  for (const Pair& pair : pairs_) {
    if (name_of(pair) == name) return value_of(pair);
  }
  return std::nullopt;
}

std::optional<std::string_view> CanonicalQuery::find_ignoring_case(std::string_view name) const {
  for (const Pair& pair : pairs_) {
    if (equals_ignoring_case(name_of(pair), name)) return value_of(pair);
  }
  return std::nullopt;
}

char* CanonicalQuery::write(char* out, std::string_view except) {
  const auto before = [this](const Pair& a, const Pair& b) {
    const int names = name_of(a).compare(name_of(b));
    return names != 0 ? names < 0 : value_of(a) < value_of(b);
  };
  const std::vector<Pair>* ordered = &pairs_;
  if (!std::is_sorted(pairs_.begin(), pairs_.end(), before)) {  // find() relies on the order of arrival
    sorted_ = pairs_;
    std::sort(sorted_.begin(), sorted_.end(), before);
    ordered = &sorted_;
  }
  bool first = true;
  for (const Pair& pair : *ordered) {
    if (!except.empty() && name_of(pair) == except) continue;
    if (!first) *out++ = '&';
    first = false;
    out = put(out, text_.view().substr(pair.begin, pair.end - pair.begin));
  }
  return out;
}

void SignedHeaders::assign(std::string_view list) {
  names_.clear();
  text_.clear();
  char* out = given_.start(list.size() + 1);
  bool ordered = true;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(';'), list.size());
    const std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    char* const begin = out;
    out = write_lower(out, item);
    const std::string_view name = trim({begin, item.size()});
    if (name.empty()) continue;
    ordered = ordered && (names_.empty() || names_.back().name < name);
    names_.push_back({name, -1, -1});
  }
  given_.finish(out);
  if (!ordered) {
    std::sort(names_.begin(), names_.end(), [](const Name& a, const Name& b) { return a.name < b.name; });
    const auto same = [](const Name& a, const Name& b) { return a.name == b.name; };
    names_.erase(std::unique(names_.begin(), names_.end(), same), names_.end());
  }
  std::size_t size = 0;
  for (const Name& name : names_) size += name.name.size() + 1;
  char* text = text_.start(size + 1);
  for (const Name& name : names_) {
    if (&name != names_.data()) *text++ = ';';
    text = put(text, name.name);
  }
  text_.finish(text);
}

std::int32_t SignedHeaders::find_slot(std::string_view name) const {
  constexpr std::size_t kLinear = 24;
  if (names_.size() <= kLinear) {
    for (std::size_t slot = 0; slot < names_.size(); ++slot) {
      if (equals_ignoring_case(names_[slot].name, name)) return static_cast<std::int32_t>(slot);
    }
    return -1;
  }
  // A hostile client may list thousands of names and send thousands of headers.
  const auto less = [](const Name& a, std::string_view b) {
    return std::lexicographical_compare(a.name.begin(), a.name.end(), b.begin(), b.end(), [](char x, char y) {
      return static_cast<unsigned char>(to_lower(x)) < static_cast<unsigned char>(to_lower(y));
    });
  };
  const auto found = std::lower_bound(names_.begin(), names_.end(), name, less);
  if (found == names_.end() || !equals_ignoring_case(found->name, name)) return -1;
  return static_cast<std::int32_t>(found - names_.begin());
}

void SignedHeaders::bind(std::span<const Header> headers) {
  headers_ = headers;
  slots_.resize(headers.size());
  next_.resize(headers.size());
  for (Name& name : names_) name.first = name.last = -1;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::int32_t slot = find_slot(headers[i].name);
    slots_[i] = slot;
    next_[i] = -1;
    if (slot < 0) continue;
    Name& name = names_[static_cast<std::size_t>(slot)];
    const auto here = static_cast<std::int32_t>(i);
    if (name.first < 0) {
      name.first = here;
    } else {
      next_[static_cast<std::size_t>(name.last)] = here;
    }
    name.last = here;
  }
}

bool SignedHeaders::contains(std::string_view lower_case_name) const {
  return find_slot(lower_case_name) >= 0;
}

Reason write_canonical_path(char*& out, std::string_view raw_path, Options options) {
  std::string normalized;  // stays in its inline storage, or is not used at all, for the paths of every known service
  if (options.normalize_path && raw_path != "/") {
    normalized.resize(raw_path.size() + 1);
    char* end = normalized.data();
    if (!write_normalized_path(end, raw_path)) return Reason::PathAboveRoot;
    normalized.resize(static_cast<std::size_t>(end - normalized.data()));
    raw_path = normalized;
  }
  if (raw_path.empty()) raw_path = "/";
  char* const end = options.double_encode ? write_uri_encoded(out, raw_path, Slash::Keep)
                                          : write_uri_recoded(out, raw_path, Slash::Keep, false);
  if (end == nullptr) return Reason::MalformedPath;
  out = end;
  return Reason::None;
}

Reason write_canonical_request(TextBuffer& buffer, const CanonicalParts& parts) {
  const SignedHeaders& headers = parts.headers;
  std::size_t size = parts.method.size() + 3 * (parts.raw_path.size() + 1) + 2 * parts.query.size() +
                     2 * headers.text().size() + 2 * headers.names().size() + parts.payload.size() + 8;
  for (const Header& header : headers.headers()) size += header.value.size() + 1;

  char* out = put(put(buffer.start(size), parts.method), '\n');
  if (const Reason reason = write_canonical_path(out, parts.raw_path, parts.options); reason != Reason::None) {
    return reason;
  }
  out = put(out, '\n');
  out = put(parts.query.write(out, parts.presigned ? "X-Amz-Signature" : std::string_view{}), '\n');
  for (const SignedHeaders::Name& name : headers.names()) {
    out = put(put(out, name.name), ':');
    if (name.first >= 0) {
      out = write_values(out, headers, name);
    } else if (parts.presigned) {
      if (const auto value = parts.query.find_ignoring_case(name.name)) {
        if (char* const end = write_percent_decoded(out, *value, false)) out = end;
      }
    }
    out = put(out, '\n');
  }
  out = put(put(put(put(out, '\n'), headers.text()), '\n'), parts.payload);
  buffer.finish(out);
  return Reason::None;
}

}  // namespace keymill::sigv4
