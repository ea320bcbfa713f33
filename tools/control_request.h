#pragma once

#include <string>

#include <boost/json/value.hpp>

#include "tools/aws_client.h"

namespace keymill::tools {

struct ControlAnswer {
  bool done = false;        ///< false: the server refused
  boost::json::value body;  ///< null if the answer had none
  std::string text;         ///< the same as it came
};

/// Sends one request of the control API. A refusal has been said on standard error. Throws std::runtime_error if there
/// is no answer, or one without JSON.
ControlAnswer AskControl(AwsClient& client, const std::string& endpoint, const std::string& method,
                         const std::string& path, const std::string& body = {});

}  // namespace keymill::tools
