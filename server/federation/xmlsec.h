#pragma once

// libxml2 and xmlsec, for the files of this directory that may name them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <libxml/xmlerror.h>
// clang-format off
#include <xmlsec/xmlsec.h>  // first, since errors.h uses a type of it
#include <xmlsec/errors.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>
// clang-format on

namespace keymill::federation::xml {

/// Both libraries, once, when the first response comes: servers that see none start without them. Every thread before
/// it uses them. Throws std::runtime_error.
void Prepare();

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<xmlSecKey, Free<&xmlSecKeyDestroy>>;

inline std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

inline bool Is(const xmlNode* node, std::string_view space, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && node->ns != nullptr && View(node->ns->href) == space &&
         View(node->name) == name;
}

inline std::vector<xmlNode*> Children(const xmlNode* parent) {
  std::vector<xmlNode*> found;
  for (xmlNode* node = parent->children; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) found.push_back(node);
  }
  return found;
}

/// The only child of that name; nullptr if there is none, or another beside it.
inline xmlNode* OnlyChild(const xmlNode* parent, std::string_view space, std::string_view name) {
  xmlNode* found = nullptr;
  for (xmlNode* child : Children(parent)) {
    if (!Is(child, space, name)) continue;
    if (found != nullptr) return nullptr;
    found = child;
  }
  return found;
}

inline std::string Take(xmlChar* text) {
  std::string taken(View(text));
  xmlFree(text);
  return taken;
}

inline std::string AttributeOf(const xmlNode* node, const char* name) {
  return Take(xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name)));
}

inline std::string TextOf(const xmlNode* node) {
  const std::string text = Take(xmlNodeGetContent(node));
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

}  // namespace keymill::federation::xml
