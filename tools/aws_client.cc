#include "tools/aws_client.h"

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include <boost/json/parse.hpp>

#include "sigv4/encoding.h"

namespace keymill::tools {
namespace {

std::pair<std::string, std::string> HostAndPort(std::string_view endpoint) {
  constexpr std::string_view kScheme = "http://";
  auto colon = endpoint.rfind(':');
  if (!endpoint.starts_with(kScheme) || colon < kScheme.size()) {
    throw std::invalid_argument("an endpoint has the form http://HOST:PORT, not " + std::string(endpoint));
  }
  auto port = endpoint.substr(colon + 1);
  if (port.ends_with('/')) port.remove_suffix(1);
  return {std::string(endpoint.substr(kScheme.size(), colon - kScheme.size())), std::string(port)};
}

}  // namespace

std::string Answer::summary() const {
  return code.empty() ? std::to_string(status) : std::to_string(status) + " " + code;
}

std::string Answer::element(std::string_view name) const {
  std::string open = "<" + std::string(name) + ">";
  auto start = body.find(open);
  if (start == std::string::npos) return {};
  start += open.size();
  return body.substr(start, body.find("</", start) - start);
}

AwsClient::AwsClient(std::string_view endpoint, std::string region, sigv4::Credentials credentials)
    : host_(HostAndPort(endpoint).first + ":" + HostAndPort(endpoint).second),
      region_(std::move(region)),
      credentials_(std::move(credentials)),
      client_(HostAndPort(endpoint).first, HostAndPort(endpoint).second) {}

sigv4::Signing AwsClient::signing(std::string_view service) const {
  sigv4::Signing signing;
  signing.region = region_;
  signing.service = service;
  signing.time = std::time(nullptr) + clock_ahead_;
  signing.options = service == "s3" ? sigv4::kS3 : sigv4::kService;
  return signing;
}

Answer AwsClient::send(const sigv4::SignRequest& request, const std::vector<sigv4::HeaderLine>& added,
                       std::string_view body) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto* lines : {&request.headers, &added}) {
    for (const auto& line : *lines) headers.emplace_back(line.name, line.value);
  }
  auto target = request.query.empty() ? request.path : request.path + "?" + request.query;
  auto response = client_.send(request.method, target, headers, body);
  Answer answer{response.status, {}, std::move(response.body)};
  if (answer.status >= 300) answer.code = answer.element("Code");
  return answer;
}

Answer AwsClient::s3(std::string_view method, std::string path, std::string query, std::string body,
                     std::vector<sigv4::HeaderLine> headers) {
  auto hash = sigv4::sha256(body);
  headers.push_back({"Host", host_});
  sigv4::SignRequest request{std::string(method), std::move(path), std::move(query), std::move(headers),
                             sigv4::hex(hash)};
  return send(request, sigv4::sign(request, credentials_, signing("s3")).headers, body);
}

Answer AwsClient::query(std::string_view service, std::string_view action,
                        const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string body = "Action=" + std::string(action);
  body += service == "iam" ? "&Version=2010-05-08" : "&Version=2011-06-15";
  for (const auto& [name, value] : parameters) body += "&" + sigv4::uri_encode(name) + "=" + sigv4::uri_encode(value);
  sigv4::SignRequest request{"POST",
                             "/",
                             {},
                             {{"Host", host_}, {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                             sigv4::hex(sigv4::sha256(body))};
  return send(request, sigv4::sign(request, credentials_, signing(service)).headers, body);
}

Answer AwsClient::control(std::string_view method, std::string_view path, std::string_view body) {
  const auto mark = std::min(path.find('?'), path.size());
  sigv4::SignRequest request{std::string(method),
                             "/_keymill/v1" + std::string(path.substr(0, mark)),
                             std::string(path.substr(std::min(mark + 1, path.size()))),
                             {{"Host", host_}},
                             sigv4::hex(sigv4::sha256(body))};
  request.headers.push_back({"x-amz-content-sha256", request.payload});  // large bodies are taken only with it
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  auto answer = send(request, sigv4::sign(request, credentials_, signing("keymill")).headers, body);
  if (answer.status >= 300) {
    boost::json::error_code ignored;
    const auto parsed = boost::json::parse(answer.body, ignored);
    const auto* code = ignored ? nullptr : parsed.find_pointer("/error/code", ignored);
    if (code != nullptr && code->is_string()) answer.code = std::string(code->as_string());
  }
  return answer;
}

Answer AwsClient::presigned_get(std::string path, std::int64_t expires_seconds) {
  sigv4::SignRequest request{"GET", std::move(path), {}, {{"Host", host_}}, {}};
  request.query = sigv4::presign(request, credentials_, signing("s3"), expires_seconds).query;
  return send(request, {}, {});
}

}  // namespace keymill::tools
