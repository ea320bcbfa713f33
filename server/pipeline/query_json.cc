#include "server/pipeline/query_json.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "server/aws/time.h"
#include "server/aws/xml_reader.h"
#include "server/pipeline/router.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

namespace json = boost::json;

json::value Leaf(const aws::XmlElement& element) {
  const std::string text = element.text();
  if (element.name() == "Expiration") {
    if (const auto time = aws::ParseIso(text)) return static_cast<double>(*time) / 1000;
  }
  const std::string_view name = element.name();
  if (name == "PackedPolicySize" || name == "SessionTokenUtilization" || name == "SessionTokenSize") {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc{} && end == text.data() + text.size()) return number;
  }
  return json::value(text);
}

/// Members stand in the order of their names, as AWS writes them. STS has no lists in its answers.
json::value Convert(const aws::XmlElement& element) {
  auto children = element.children();
  if (children.empty()) return Leaf(element);
  std::sort(children.begin(), children.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  json::object members;
  for (const aws::XmlElement& child : children) members.emplace(child.name(), Convert(child));
  return members;
}

/// A message may repeat any octets that were sent: those that are no UTF-8 become U+FFFD, as in XML.
std::string WellFormed(std::string_view text) {
  if (IsUtf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= 4 && !IsUtf8(text.substr(0, length))) ++length;
    const bool malformed = length > 4;
    out += malformed ? "\xEF\xBF\xBD" : text.substr(0, length);
    text.remove_prefix(malformed ? 1 : std::min(length, text.size()));
  }
  return out;
}

}  // namespace

bool WantsJson(const http::Request& request) {
  std::string_view types = request.header_or_empty("accept");
  while (!types.empty()) {
    const std::string_view range = types.substr(0, types.find(','));
    types.remove_prefix(std::min(types.size(), range.size() + 1));
    if (http::EqualsIgnoreCase(sigv4::trim(range.substr(0, range.find(';'))), "application/json")) return true;
  }
  return false;
}

http::Response JsonAnswer(const http::Response& xml) {
  const auto document = aws::XmlDocument::Parse(xml.bytes(), {});
  if (!document) throw std::logic_error("an answer is not XML");
  const aws::XmlElement root = document->root();
  http::Response response(xml.status());
  response.body(json::serialize(json::object{{root.name(), Convert(root)}}), "application/json");
  return response;
}

std::string JsonError(const aws::Error& error, std::string_view request_id) {
  json::object members{{"Code", error.code()}};
  if (!error.message().empty()) members["Message"] = WellFormed(error.message());
  members["Type"] = error.status() >= 500 ? "Receiver" : "Sender";
  return json::serialize(json::object{{"Error", std::move(members)}, {"RequestId", request_id}});
}

}  // namespace keymill::pipeline
