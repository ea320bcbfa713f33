#include "tools/control_request.h"

#include <iostream>
#include <stdexcept>

#include <boost/json.hpp>

#include "server/http/client.h"

namespace keymill::tools {

namespace json = boost::json;

ControlAnswer AskControl(AwsClient& client, const std::string& endpoint, const std::string& method,
                         const std::string& path, const std::string& body) {
  Answer answer;
  try {
    answer = client.control(method, path, body);
  } catch (const http::ClientError& fault) {
    throw std::runtime_error("no answer from " + endpoint + ": " + fault.what());
  }
  json::error_code failure;
  json::value parsed = answer.body.empty() ? json::value() : json::parse(answer.body, failure);
  if (failure) {
    throw std::runtime_error(endpoint + " answered " + answer.summary() + " without JSON: is it a Keymill server?");
  }
  if (answer.status < 300) return {true, std::move(parsed), std::move(answer.body)};
  const auto* message = parsed.find_pointer("/error/message", failure);
  std::cerr << "keymill: " << answer.summary();
  if (message != nullptr && message->is_string()) std::cerr << ": " << message->as_string().c_str();
  std::cerr << '\n';
  return {false, std::move(parsed), std::move(answer.body)};
}

}  // namespace keymill::tools
