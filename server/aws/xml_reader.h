#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keymill::aws {

/// An element of a parsed request document; valid while its XmlDocument lives. Namespaces are ignored: clients send
/// S3's, none, or a prefix.
class XmlElement {
 public:
  std::string_view name() const;                                 ///< without prefix
  std::string text() const;                                      ///< all character data, entities resolved
  std::optional<XmlElement> child(std::string_view name) const;  ///< first of that name
  std::vector<XmlElement> children() const;
  std::vector<XmlElement> children(std::string_view name) const;
  std::optional<std::string> attribute(std::string_view name) const;  ///< by local name

 private:
  friend class XmlDocument;
  explicit XmlElement(const void* node) : node_(node) {}
  const void* node_;
};

/// A well-formed request body: one root, no document type, limited depth and size.
class XmlDocument {
 public:
  /// nullopt if the text is not acceptable XML or its root is not called `root` (any name if empty).
  static std::optional<XmlDocument> Parse(std::string_view text, std::string_view root);
  ~XmlDocument();
  XmlDocument(XmlDocument&&) noexcept;
  XmlElement root() const;

 private:
  struct Impl;
  explicit XmlDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill::aws
