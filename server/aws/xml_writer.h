#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keymill::aws {

/// Streams a small XML document into a string. Element names must be literals: the writer keeps views of them.
/// Characters that XML 1.0 cannot carry (most controls, U+FFFE, U+FFFF, invalid UTF-8) become U+FFFD; CR is written
/// as &#13; as S3 does, since a raw one would be read back as LF.
class XmlWriter {
 public:
  enum class Style { kCompact, kIndented };  ///< S3 writes one line, the Query services indent by two spaces
  explicit XmlWriter(Style style = Style::kCompact) : style_(style) {}

  XmlWriter& declaration();  ///< <?xml version="1.0" encoding="UTF-8"?> and a line feed
  XmlWriter& open(std::string_view name, std::string_view xmlns = {});
  XmlWriter& close();
  XmlWriter& attribute(std::string_view name, std::string_view value);  ///< only right after open()
  XmlWriter& text(std::string_view name, std::string_view value);
  XmlWriter& number(std::string_view name, std::int64_t value);
  XmlWriter& characters(std::string_view value);  ///< text of the innermost element, which has no child elements
  XmlWriter& boolean(std::string_view name, bool value);
  /// Elements that were written elsewhere, well-formed and in the same style.
  XmlWriter& raw(std::string_view elements);
  /// `value` if it is not empty, else nothing.
  XmlWriter& optional_text(std::string_view name, std::string_view value);
  std::string take() { return std::move(out_); }

 private:
  void start(std::string_view name);
  void finish_tag();
  void newline();

  Style style_;
  std::string out_;
  std::vector<std::string_view> open_;
  bool tag_open_ = false;     // "<name" written, '>' not yet
  bool just_opened_ = false;  // nothing inside the innermost element so far
};

}  // namespace keymill::aws
