#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keymill::aws {

/// True for `multipart/form-data`, whatever its parameters.
bool IsFormData(std::string_view content_type);

/// The boundary that such a Content-Type names, quoted or not; nullopt if it has none that RFC 2046 allows.
std::optional<std::string> FormDataBoundary(std::string_view content_type);

/// A parameter of a header value such as `form-data; name="key"`: the name in either case, the value a token or a
/// quoted string in which `\"` and `\\` are escapes. A backslash before anything else stands for itself: old browsers
/// send whole Windows paths as file names. nullopt if it is absent or malformed.
std::optional<std::string> HeaderParameter(std::string_view value, std::string_view name);

/// Reads a multipart/form-data body (RFC 7578) as it arrives: the fields up to the part called `file`, then that part's
/// content. What stands before the first boundary, in parts after the file and after the last boundary is skipped.
/// Does no I/O, and keeps no more than the fields: `limit` octets of them with their headers and boundaries.
///
///     while (more input) { auto [data, consumed] = parser.feed(input); …; input.remove_prefix(consumed); }
class FormDataParser {
 public:
  enum class State : std::uint8_t {
    kFields,     ///< before the file
    kFile,       ///< the file's content comes
    kRest,       ///< behind the file
    kEnd,        ///< after the last boundary, with or without a file
    kMalformed,  ///< not multipart/form-data
    kTooLarge,   ///< more than `limit` octets before the file
  };
  struct Field {
    std::string name, value;
  };
  struct Fed {
    std::string_view data;  ///< of the file; a view of the input or of the parser, until the next call
    std::size_t consumed;   ///< octets of the input
  };

  FormDataParser(std::string_view boundary, std::size_t limit);

  /// Takes some of the input. Returns when the state changes, when there is data, and at the input's end.
  /// Data belongs to the file even if the state has moved on to kRest with it.
  Fed feed(std::string_view input);

  State state() const { return state_; }
  bool ended() const { return state_ >= State::kEnd; }  ///< nothing more will come of it
  /// In the order of the form; the file is not among them.
  const std::vector<Field>& fields() const { return fields_; }
  bool has_file() const { return has_file_; }
  /// As the file's part gives it, directories included; nullopt if it gives none.
  const std::optional<std::string>& filename() const { return filename_; }

 private:
  enum class Place : std::uint8_t { kText, kAfterBoundary, kHeaders };
  struct Scan {
    std::string_view text;
    std::size_t consumed;
    bool boundary;  // the text ends in one
  };

  Scan scan(std::string_view input);
  std::size_t take_boundary_end(std::string_view input);
  std::size_t take_headers(std::string_view input);
  void take_header(std::string_view line);
  void start_part();

  const std::string delimiter_;  // CR LF, two hyphens and the boundary
  const std::size_t limit_;
  std::size_t used_ = 0;     // octets before the file's content
  std::size_t matched_ = 2;  // of the delimiter, at the end of the input so far: the first needs no line before it
  Place place_ = Place::kText;
  State state_ = State::kFields;
  bool in_part_ = false;  // false: before the first boundary
  bool has_file_ = false;
  std::string line_;  // a part's header, or what follows a boundary, so far
  std::optional<std::string> name_, part_filename_, filename_;
  std::vector<Field> fields_;
};

}  // namespace keymill::aws
