#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "server/pipeline/call.h"

namespace keymill::control {

/// What is wrong with a JSON document, and where: `$.name`.
struct Complaint {
  std::string path;
  std::string message;
};
using Complaints = std::vector<Complaint>;

/// Reads the members of one JSON object strictly: what has the wrong type, is missing or is not known becomes a
/// complaint, and reading goes on with an empty value, so that one pass finds everything. Borrows the value and the
/// list of complaints.
class JsonFields {
 public:
  JsonFields(const boost::json::value& value, std::string path, Complaints& complaints);

  std::string required(std::string_view name);
  std::optional<std::string> optional(std::string_view name);
  std::string text(std::string_view name) { return optional(name).value_or(std::string()); }
  bool flag(std::string_view name, bool otherwise = false);
  /// Complains about the members that nobody has asked for. To be called last.
  void finish();

  std::string path(std::string_view name) const { return path_ + "." + std::string(name); }
  void complain(std::string_view name, std::string message) { complaints_.push_back({path(name), std::move(message)}); }

 private:
  const boost::json::value* find(std::string_view name);  ///< nullptr if absent or null

  const boost::json::object* object_ = nullptr;
  std::string path_;
  Complaints& complaints_;
  std::set<std::string_view> asked_;
};

/// The request's body, an empty one as `{}`; a refusal says in which line it stops being JSON.
Task<Result<boost::json::value>> ReadJson(pipeline::Call& call);
/// InvalidRequest with the first complaint and its path.
aws::Error Refusal(const Complaints& complaints);

http::Response JsonAnswer(const boost::json::value& value, int status = 200);

}  // namespace keymill::control
