#include "server/aws/xml_writer.h"

#include <array>
#include <charconv>

#include "server/aws/xml_escape.h"

namespace keymill::aws {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Octets that can be copied as they are: ASCII without markup and controls.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '&' && c != '<' && c != '>' && c != '"';
  plain['\t'] = plain['\n'] = true;
  return plain;
}();

/// Length of the UTF-8 sequence at the start of `text` if XML 1.0 can carry it, else 0.
std::size_t SequenceLength(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (octet(i) & 0xC0) == 0x80; };
  const unsigned char lead = octet(0);
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    const unsigned code = (lead & 0x0Fu) << 12 | (octet(1) & 0x3Fu) << 6 | (octet(2) & 0x3Fu);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code >= 0x800 && !surrogate && code < 0xFFFE ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    const unsigned high = (lead & 0x07u) << 6 | (octet(1) & 0x3Fu);  // the code point >> 12
    return high >= 0x10 && high <= 0x10F ? 4 : 0;
  }
  return 0;
}

}  // namespace

void AppendEscaped(std::string& out, std::string_view text, bool attribute) {
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = i;
    while (end < text.size() && kPlain[static_cast<unsigned char>(text[end])]) {
      if (attribute && static_cast<unsigned char>(text[end]) < 0x20)
        break;  // tab and line feed would be read as spaces
      ++end;
    }
    out.append(text, i, end - i);
    i = end;
    if (i == text.size()) return;
    std::size_t used = 1;
    switch (text[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        if (const std::size_t length = SequenceLength(text.substr(i))) {
          out.append(text, i, length);
          used = length;
        } else {
          out += kReplacement;
        }
    }
    i += used;
  }
}

XmlWriter& XmlWriter::declaration() {
  out_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  return *this;
}

XmlWriter& XmlWriter::open(std::string_view name, std::string_view xmlns) {
  start(name);
  open_.push_back(name);
  tag_open_ = just_opened_ = true;
  if (!xmlns.empty()) attribute("xmlns", xmlns);
  return *this;
}

XmlWriter& XmlWriter::close() {
  const std::string_view name = open_.back();
  open_.pop_back();
  if (tag_open_) {
    out_ += "/>";
    tag_open_ = false;
  } else {
    if (!just_opened_) newline();
    out_ += "</";
    out_ += name;
    out_ += '>';
  }
  just_opened_ = false;
  return *this;
}

XmlWriter& XmlWriter::attribute(std::string_view name, std::string_view value) {
  out_ += ' ';
  out_ += name;
  out_ += "=\"";
  AppendEscaped(out_, value, true);
  out_ += '"';
  return *this;
}

XmlWriter& XmlWriter::text(std::string_view name, std::string_view value) {
  start(name);
  just_opened_ = false;
  if (value.empty()) {
    out_ += "/>";
    return *this;
  }
  out_ += '>';
  AppendEscaped(out_, value, false);
  out_ += "</";
  out_ += name;
  out_ += '>';
  return *this;
}

XmlWriter& XmlWriter::number(std::string_view name, std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return text(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

XmlWriter& XmlWriter::characters(std::string_view value) {
  if (value.empty()) return *this;
  finish_tag();
  AppendEscaped(out_, value, false);
  return *this;
}

XmlWriter& XmlWriter::raw(std::string_view elements) {
  if (elements.empty()) return *this;
  finish_tag();
  just_opened_ = false;
  out_ += elements;
  return *this;
}

XmlWriter& XmlWriter::boolean(std::string_view name, bool value) {
  return text(name, value ? "true" : "false");
}

XmlWriter& XmlWriter::optional_text(std::string_view name, std::string_view value) {
  return value.empty() ? *this : text(name, value);
}

void XmlWriter::start(std::string_view name) {
  finish_tag();
  if (!out_.empty() && !open_.empty()) newline();
  out_ += '<';
  out_ += name;
}

void XmlWriter::finish_tag() {
  if (tag_open_) out_ += '>';
  tag_open_ = false;
}

void XmlWriter::newline() {
  if (style_ == Style::kCompact) return;
  out_ += '\n';
  out_.append(2 * open_.size(), ' ');
}

}  // namespace keymill::aws
