#include "server/pipeline/error_response.h"

#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "server/aws/xml_writer.h"
#include "server/pipeline/query_json.h"

namespace keymill::pipeline {
namespace {

constexpr std::string_view kIamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/";
constexpr std::string_view kStsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr std::string_view kFaultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09";

// S3 writes the errors of these three without an XML declaration (aws-facts A9).
bool HasDeclaration(std::string_view operation) {
  return operation != "CompleteMultipartUpload" && operation != "DeleteObjects" &&
         operation != "PutBucketOwnershipControls";
}

std::string S3Document(const aws::Error& error, const ErrorContext& context) {
  aws::XmlWriter xml;
  if (HasDeclaration(context.operation)) xml.declaration();
  xml.open("Error").text("Code", error.code()).text("Message", error.message());
  for (const auto& [name, value] : error.details()) xml.text(name, value);
  xml.text("RequestId", context.request_id).text("HostId", context.host_id).close();
  return xml.take();
}

std::string QueryDocument(const aws::Error& error, const ErrorContext& context) {
  aws::XmlWriter xml(aws::XmlWriter::Style::kIndented);
  auto xmlns = error.code() == "InvalidAction"    ? kFaultNamespace
               : context.service == Service::kIam ? kIamNamespace
                                                  : kStsNamespace;
  xml.open("ErrorResponse", xmlns);
  xml.open("Error");
  xml.text("Type", error.status() >= 500 ? "Receiver" : "Sender").text("Code", error.code());
  if (!error.message().empty()) xml.text("Message", error.message());
  for (const auto& [name, value] : error.details()) xml.text(name, value);
  xml.close();
  xml.text("RequestId", context.request_id).close();
  return xml.take() + "\n";
}

std::string ControlDocument(const aws::Error& error, const ErrorContext& context) {
  boost::json::object body{{"code", error.code()}, {"message", error.message()}, {"request_id", context.request_id}};
  for (const auto& [name, value] : error.details()) body[name] = value;
  return boost::json::serialize(boost::json::object{{"error", std::move(body)}}) + "\n";
}

}  // namespace

http::Response ErrorResponse(const aws::Error& error, const ErrorContext& context) {
  http::Response response(error.status());
  for (const auto& [name, value] : error.headers()) response.header(name, value);
  if (error.bodiless()) return response;
  if (context.method == "HEAD") {
    response.header("Content-Type", "application/xml");
    return response;
  }
  switch (context.service) {
    case Service::kS3:
      response.body(S3Document(error, context), "application/xml");
      break;
    case Service::kControl:
      response.body(ControlDocument(error, context), "application/json");
      break;
    case Service::kSts:
      if (context.json) {
        response.body(JsonError(error, context.request_id), "application/json");
        break;
      }
      [[fallthrough]];
    case Service::kIam:
      response.body(QueryDocument(error, context), "text/xml");
      break;
  }
  return response;
}

}  // namespace keymill::pipeline
