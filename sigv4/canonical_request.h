#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigv4/reason.h"
#include "sigv4/request_view.h"
#include "sigv4/text_buffer.h"

namespace keymill::sigv4 {

/// In whose order of complaint, and with whose texts in mind, a request is refused.
enum class Dialect : std::uint8_t { S3, Query };

/// How a service canonicalises.
///
/// S3 decodes the path once and encodes it once: an object key may hold `//`, `/./` and `%`, and must arrive as it was
/// named. Every other service removes dot segments, merges slashes and encodes the *already encoded* path again, so
/// that `%20` is signed as `%2520`.
struct Options {
  bool double_encode;
  bool normalize_path;
  bool payload_from_header;  ///< the payload line is x-amz-content-sha256 rather than the hash of the body
  Dialect dialect;
};

inline constexpr Options kS3{false, false, true, Dialect::S3};
inline constexpr Options kService{true, true, false, Dialect::Query};

/// A query string, split and put into AWS's encoding. Reusable; views last until the next `parse`.
class CanonicalQuery {
 public:
  /// False when a percent escape is broken. A bare '+' is a space. Empty pairs (`a=1&&b=2`) vanish.
  bool parse(std::string_view raw_query);

  bool empty() const { return pairs_.empty(); }

  /// The still encoded value of the first parameter of this name (of several, AWS reads the first).
  std::optional<std::string_view> find(std::string_view name) const;
  std::optional<std::string_view> find_ignoring_case(std::string_view name) const;

  /// Calls `visit(name, value)` for each pair in arrival order, both still encoded.
  template <typename Visit>
  void each(Visit visit) const {
    for (const Pair& pair : pairs_) visit(name_of(pair), value_of(pair));
  }

  /// Pairs sorted by encoded name, then encoded value: not by the joined text, because '-' sorts before '='.
  /// `out` has room for `size()`. Parameters called `except` are left out.
  char* write(char* out, std::string_view except);
  std::size_t size() const { return text_.view().size(); }

 private:
  struct Pair {
    std::uint32_t begin, name_end, end;
  };
  std::string_view name_of(const Pair& pair) const;
  std::string_view value_of(const Pair& pair) const;

  std::vector<Pair> pairs_, sorted_;
  TextBuffer text_;  ///< `name=value&name=value&` in arrival order
};

/// The SignedHeaders list of a request and the headers that it names. Reusable; views last until the next `assign`.
class SignedHeaders {
 public:
  struct Name {
    std::string_view name;     ///< lower case
    std::int32_t first, last;  ///< indices into the request's headers, -1 when there is none
  };

  /// Lower-cases, sorts and removes duplicates, as AWS does with the client's list before using it.
  void assign(std::string_view list);

  /// Finds the headers of each name. The span must stay valid while this object is used.
  void bind(std::span<const Header> headers);

  bool contains(std::string_view lower_case_name) const;
  bool is_signed(std::size_t header) const { return slots_[header] >= 0; }

  std::span<const Name> names() const { return names_; }
  std::span<const Header> headers() const { return headers_; }
  /// The next header of the same name after `header`, or -1.
  std::int32_t next(std::int32_t header) const { return next_[static_cast<std::size_t>(header)]; }
  std::string_view text() const { return text_.view(); }  ///< `a;b;c`, the last line but one

 private:
  std::int32_t find_slot(std::string_view name_any_case) const;

  TextBuffer given_, text_;
  std::vector<Name> names_;
  std::vector<std::int32_t> slots_, next_;
  std::span<const Header> headers_;
};

struct CanonicalParts {
  std::string_view method;
  std::string_view raw_path;
  CanonicalQuery& query;
  const SignedHeaders& headers;
  std::string_view payload;  ///< the last line
  Options options;
  /// Presigned URLs: leave X-Amz-Signature out, and read a signed header that did not arrive from the query, where
  /// SDKs put headers that they hoisted.
  bool presigned = false;
};

/// Writes the canonical request. The result is a fault of the path, or None.
Reason write_canonical_request(TextBuffer& out, const CanonicalParts& parts);

/// The path line alone; `out` has room for three times the path plus one.
Reason write_canonical_path(char*& out, std::string_view raw_path, Options options);

}  // namespace keymill::sigv4
