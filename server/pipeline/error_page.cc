#include "server/pipeline/error_page.h"

#include <string>

#include "server/aws/xml_escape.h"
#include "server/http/status.h"

namespace keymill::pipeline {
namespace {

constexpr std::string_view kContentType = "text/html; charset=utf-8";

void AddItem(std::string& page, std::string_view name, std::string_view value) {
  page.append("<li>").append(name).append(": ");
  aws::AppendEscaped(page, value);  // keys and hosts come from whoever wrote the link
  page += "</li>\n";
}

void AddItems(std::string& page, const aws::Error& error) {
  AddItem(page, "Code", error.code());
  AddItem(page, "Message", error.message());
  for (const auto& [name, value] : error.details()) AddItem(page, name, value);
}

}  // namespace

void WriteErrorHeaders(http::Response& response, const aws::Error& error) {
  response.header("x-amz-error-code", error.code()).header("x-amz-error-message", error.message());
  for (const auto& [name, value] : error.details()) {
    response.header("x-amz-error-detail-" + std::string(name), value);
  }
}

http::Response ErrorPage(const aws::Error& error, const ErrorContext& context, const aws::Error* document_failure) {
  http::Response response(error.status());
  for (const auto& [name, value] : error.headers()) response.header(name, value);
  WriteErrorHeaders(response, error);
  const std::string title = std::to_string(error.status()) + " " + std::string(http::ReasonPhrase(error.status()));
  std::string page = "<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n";
  AddItems(page, error);
  AddItem(page, "RequestId", context.request_id);
  AddItem(page, "HostId", context.host_id);
  page += "</ul>\n";
  if (document_failure != nullptr) {
    page += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n";
    AddItems(page, *document_failure);
    page += "</ul>\n";
  }
  page += "<hr/>\n</body>\n</html>\n";
  response.body(std::move(page), kContentType);
  return response;
}

}  // namespace keymill::pipeline
