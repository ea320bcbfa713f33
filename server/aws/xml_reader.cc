#include "server/aws/xml_reader.h"

#include <charconv>

#include <pugixml.hpp>

namespace keymill::aws {
namespace {

constexpr std::size_t kMaxBytes = 8u << 20;
constexpr std::size_t kMaxDepth = 32;

pugi::xml_node Node(const void* node) {
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(const_cast<void*>(node)));
}

std::string_view LocalName(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// UTF-8 without the controls that XML 1.0 forbids. pugixml checks neither.
bool ValidCharacters(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      if (lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r') return false;
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return false;
    unsigned code = lead & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto octet = static_cast<unsigned char>(text[i + k]);
      if ((octet & 0xC0) != 0x80) return false;
      code = code << 6 | (octet & 0x3Fu);
    }
    const unsigned least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

/// `reference` is what stands between '&' and ';'. A numeric one to a control is let through: SDKs send keys so.
bool ValidReference(std::string_view reference) {
  if (reference.empty() || reference[0] != '#') {
    return reference == "amp" || reference == "lt" || reference == "gt" || reference == "quot" || reference == "apos";
  }
  const bool hex = reference.size() > 1 && reference[1] == 'x';
  const std::string_view digits = reference.substr(hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  return fault == std::errc{} && end == digits.data() + digits.size() && code > 0 && code <= 0x10FFFF &&
         (code < 0xD800 || code > 0xDFFF);
}

/// pugixml leaves unknown entities as text and ends a string at &#0;. To XML both are errors.
bool ValidReferences(std::string_view text) {
  for (std::size_t i = 0; (i = text.find_first_of("&<", i)) != std::string_view::npos;) {
    const std::string_view rest = text.substr(i);
    std::string_view ending;
    if (rest.starts_with("<![CDATA["))
      ending = "]]>";
    else if (rest.starts_with("<!--"))
      ending = "-->";
    if (!ending.empty()) {
      i = text.find(ending, i);
      if (i == std::string_view::npos) return false;
    } else if (rest[0] == '&') {
      const auto end = rest.find(';');
      if (end == std::string_view::npos || !ValidReference(rest.substr(1, end - 1))) return false;
    }
    ++i;
  }
  return true;
}

bool DepthWithin(pugi::xml_node root, std::size_t limit) {
  std::size_t depth = 1;
  for (pugi::xml_node node = root; node;) {
    if (node.first_child()) {
      node = node.first_child();
      if (++depth > limit + 1) return false;  // + 1 for character data
      continue;
    }
    while (node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == root) return true;
    node = node.next_sibling();
  }
  return true;
}

}  // namespace

std::string_view XmlElement::name() const {
  return LocalName(Node(node_).name());
}

std::string XmlElement::text() const {
  std::string text;
  for (const pugi::xml_node& child : Node(node_).children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  }
  return text;
}

std::optional<XmlElement> XmlElement::child(std::string_view name) const {
  for (const pugi::xml_node& child : Node(node_).children()) {
    if (child.type() == pugi::node_element && LocalName(child.name()) == name)
      return XmlElement(child.internal_object());
  }
  return std::nullopt;
}

std::vector<XmlElement> XmlElement::children() const {
  std::vector<XmlElement> found;
  for (const pugi::xml_node& child : Node(node_).children()) {
    if (child.type() == pugi::node_element) found.push_back(XmlElement(child.internal_object()));
  }
  return found;
}

std::vector<XmlElement> XmlElement::children(std::string_view name) const {
  std::vector<XmlElement> found = children();
  std::erase_if(found, [&](const XmlElement& child) { return child.name() != name; });
  return found;
}

std::optional<std::string> XmlElement::attribute(std::string_view name) const {
  for (const pugi::xml_attribute& attribute : Node(node_).attributes()) {
    if (LocalName(attribute.name()) == name) return attribute.value();
  }
  return std::nullopt;
}

struct XmlDocument::Impl {
  pugi::xml_document document;
  pugi::xml_node root;
};

std::optional<XmlDocument> XmlDocument::Parse(std::string_view text, std::string_view root) {
  if (text.size() > kMaxBytes || !ValidCharacters(text) || !ValidReferences(text)) return std::nullopt;
  auto impl = std::make_unique<Impl>();
  // As a fragment, so that text beside the root shows up and can be refused.
  constexpr unsigned kOptions =
      pugi::parse_default | pugi::parse_ws_pcdata_single | pugi::parse_doctype | pugi::parse_fragment;
  if (!impl->document.load_buffer(text.data(), text.size(), kOptions, pugi::encoding_utf8)) return std::nullopt;
  for (const pugi::xml_node& node : impl->document.children()) {
    if (node.type() != pugi::node_element || impl->root) return std::nullopt;
    impl->root = node;
  }
  if (!impl->root || (!root.empty() && LocalName(impl->root.name()) != root)) return std::nullopt;
  if (!DepthWithin(impl->root, kMaxDepth)) return std::nullopt;
  return XmlDocument(std::move(impl));
}

XmlDocument::XmlDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

XmlElement XmlDocument::root() const {
  return XmlElement(impl_->root.internal_object());
}

}  // namespace keymill::aws
