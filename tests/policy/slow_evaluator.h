#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json.hpp>

/// The rules of evaluation written down a second time, as plainly as possible and without any compilation, to compare
/// the engine with. It reads the JSON text again for each decision, matches recursively and stops at nothing.
namespace keymill::policy::slow {

using Values = std::map<std::string, std::vector<std::string>>;  ///< keys in lower case

struct Question {
  std::string kind;  ///< anonymous, root, user, role, federated
  std::string account, arn, role_arn;
  std::string entity_id;                     ///< unique id of the user or role behind it
  std::map<std::string, std::string> bound;  ///< ARNs of the bucket's policy that mean the entity with this unique id
  std::string resource_account;
  bool resource_grants = true;  ///< false: the bucket's policy can only deny
  int listed = 0;               ///< how a list names the principal: 0 not, 1 its account, 3 everybody
  std::string action, resource;
  Values values;
  std::vector<boost::json::object> identity;
  std::vector<boost::json::object> boundary;  ///< none or one
  std::vector<boost::json::object> bucket;    ///< none or one
  bool has_session = false;
  std::vector<boost::json::object> session;
};

/// "allow", or who said no: "deny identity", "lack boundary", …
std::string Answer(const Question& question);

}  // namespace keymill::policy::slow
