#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "server/aws/xml_writer.h"

namespace keymill::aws {

/// The envelope of a Query answer: `<XResponse xmlns=…><XResult>…</XResult><ResponseMetadata>…`, indented as AWS does
/// and without an XML declaration. `write(XmlWriter&)` fills the result.
template <class Write>
std::string QueryResult(std::string_view operation, std::string_view xmlns, std::string_view request_id,
                        Write&& write) {
  const std::string response = std::string(operation) + "Response";  // the writer keeps views of the names
  const std::string result = std::string(operation) + "Result";
  XmlWriter xml(XmlWriter::Style::kIndented);
  xml.open(response, xmlns).open(result);
  std::forward<Write>(write)(xml);
  xml.close().open("ResponseMetadata").text("RequestId", request_id).close().close();
  return xml.take() + "\n";
}

/// For operations whose model has no output: only the metadata.
inline std::string QueryResult(std::string_view operation, std::string_view xmlns, std::string_view request_id) {
  const std::string response = std::string(operation) + "Response";
  XmlWriter xml(XmlWriter::Style::kIndented);
  xml.open(response, xmlns);
  xml.open("ResponseMetadata").text("RequestId", request_id).close().close();
  return xml.take() + "\n";
}

}  // namespace keymill::aws
