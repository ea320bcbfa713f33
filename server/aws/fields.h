#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "server/aws/xml_reader.h"
#include "server/aws/xml_writer.h"

/// XML documents as tables. A shape is a plain struct; its table, a specialisation of kFields, names each member's
/// element, and the same table reads and writes it:
///
///   struct Tag { std::string key, value; };
///   template <> inline constexpr auto kFields<Tag> = std::tuple{
///       Field{"Key", &Tag::key, kRequired}, Field{"Value", &Tag::value, kRequired}};
///
/// A member may be a string, an integer or a bool, another shape, an optional of those (absent = no element), or a
/// vector of those: repeated elements, inside an element of their own if the field names an `item`.
namespace keymill::aws {

enum class Presence : std::uint8_t { kOptional, kRequired };
inline constexpr Presence kRequired = Presence::kRequired;

template <class Shape, class Member>
struct Field {
  std::string_view name;
  Member Shape::*member;
  Presence presence = Presence::kOptional;
  std::string_view values = {};  ///< if not empty, the only texts allowed, separated by '|'
  std::string_view item = {};    ///< the elements of a wrapped list
};
template <class Shape, class Member>
Field(std::string_view, Member Shape::*) -> Field<Shape, Member>;
template <class Shape, class Member>
Field(std::string_view, Member Shape::*, Presence) -> Field<Shape, Member>;
template <class Shape, class Member>
Field(std::string_view, Member Shape::*, Presence, std::string_view) -> Field<Shape, Member>;
template <class Shape, class Member>
Field(std::string_view, Member Shape::*, Presence, std::string_view, std::string_view) -> Field<Shape, Member>;

/// `<name><item/><item/>…</name>` for a vector member.
template <class Shape, class Member>
constexpr Field<Shape, Member> ListOf(std::string_view name, std::string_view item, Member Shape::*member,
                                      Presence presence = Presence::kOptional) {
  return {name, member, presence, {}, item};
}

template <class Shape>
inline constexpr std::nullptr_t kFields = nullptr;

namespace detail {

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

constexpr bool Allowed(std::string_view values, std::string_view text) {
  if (values.empty()) return true;
  for (;;) {
    const auto bar = values.find('|');
    if (values.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    values.remove_prefix(bar + 1);
  }
}

}  // namespace detail

/// False if the element does not have the shape: a required member is missing, a number is not one, a value is not
/// among those allowed. Elements that the shape does not know are left alone.
template <class Shape>
bool Read(const XmlElement& element, Shape& shape);

/// The members of `shape` in the table's order, inside the element that is open.
template <class Shape>
void WriteFields(XmlWriter& xml, const Shape& shape);

/// One value as the element `name`.
template <class T>
void Write(XmlWriter& xml, std::string_view name, const T& value) {
  if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    xml.text(name, value);
  } else if constexpr (std::same_as<T, bool>) {
    xml.boolean(name, value);
  } else if constexpr (std::integral<T>) {
    xml.number(name, static_cast<std::int64_t>(value));
  } else if constexpr (detail::kIsOptional<T>) {
    if (value) Write(xml, name, *value);
  } else if constexpr (detail::kIsVector<T>) {
    for (const auto& item : value) Write(xml, name, item);
  } else {
    xml.open(name);
    WriteFields(xml, value);
    xml.close();
  }
}

/// A whole document with S3's declaration.
template <class Shape>
std::string Document(std::string_view root, std::string_view xmlns, const Shape& shape) {
  XmlWriter xml;
  xml.declaration().open(root, xmlns);
  WriteFields(xml, shape);
  xml.close();
  return xml.take();
}

namespace detail {

template <class T>
bool ReadValue(const XmlElement& element, std::string_view values, T& value) {
  if constexpr (std::same_as<T, std::string>) {
    value = element.text();
    return Allowed(values, value);
  } else if constexpr (std::same_as<T, bool>) {
    const std::string text = element.text();
    value = text == "true" || text == "TRUE" || text == "1";
    return value || text == "false" || text == "FALSE" || text == "0";
  } else if constexpr (std::integral<T>) {
    const std::string text = element.text();
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc{} && end == text.data() + text.size();
  } else {
    return Read(element, value);
  }
}

template <class Shape, class Member>
bool ReadField(const XmlElement& element, const Field<Shape, Member>& field, Shape& shape) {
  Member& member = shape.*field.member;
  if constexpr (kIsVector<Member>) {
    std::optional<XmlElement> list = element;
    if (!field.item.empty()) list = element.child(field.name);
    if (!list) return field.presence != kRequired;
    for (const XmlElement& item : list->children(field.item.empty() ? field.name : field.item)) {
      if (!ReadValue(item, field.values, member.emplace_back())) return false;
    }
    return !member.empty() || !field.item.empty() || field.presence != kRequired;
  } else {
    const auto child = element.child(field.name);
    if (!child) return field.presence != kRequired;
    if constexpr (kIsOptional<Member>)
      return ReadValue(*child, field.values, member.emplace());
    else
      return ReadValue(*child, field.values, member);
  }
}

template <class Shape, class Member>
void WriteField(XmlWriter& xml, const Field<Shape, Member>& field, const Shape& shape) {
  const Member& member = shape.*field.member;
  if constexpr (kIsVector<Member>) {
    if (!field.item.empty()) {
      xml.open(field.name);
      Write(xml, field.item, member);
      xml.close();
      return;
    }
  }
  Write(xml, field.name, member);
}

}  // namespace detail

template <class Shape>
bool Read(const XmlElement& element, Shape& shape) {
  return std::apply([&](const auto&... field) { return (detail::ReadField(element, field, shape) && ...); },
                    kFields<Shape>);
}

template <class Shape>
void WriteFields(XmlWriter& xml, const Shape& shape) {
  std::apply([&](const auto&... field) { (detail::WriteField(xml, field, shape), ...); }, kFields<Shape>);
}

}  // namespace keymill::aws
