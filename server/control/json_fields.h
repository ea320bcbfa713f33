#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "server/pipeline/call.h"

namespace keymill::control {

/// What is wrong with a JSON document, and where: `$.accounts[0].users[2].name`; a name that is no word is quoted:
/// `$.tags["cost center"]`.
struct Complaint {
  std::string path;
  std::string message;
};
using Complaints = std::vector<Complaint>;

/// The path of an object's member.
std::string MemberPath(std::string_view path, std::string_view name);

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
  std::optional<std::int64_t> number(std::string_view name);
  /// nullptr if absent or null.
  const boost::json::object* object(std::string_view name);
  /// The members of an object, or nothing; `read(key, const value&, path)` for each, null included.
  template <class Read>
  void each_member(std::string_view name, Read&& read) {
    const boost::json::object* members = object(name);
    if (members == nullptr) return;
    for (const auto& member : *members) {
      const std::string key(member.key());
      read(key, member.value(), MemberPath(path(name), key));
    }
  }
  /// The elements of an array, or nothing; `read(const value&, path)` for each.
  template <class Read>
  void each(std::string_view name, Read&& read) {
    const boost::json::array* elements = array(name);
    if (elements == nullptr) return;
    for (std::size_t i = 0; i < elements->size(); ++i) read((*elements)[i], path(name) + "[" + std::to_string(i) + "]");
  }
  /// An array of strings with their paths.
  std::vector<std::pair<std::string, std::string>> strings(std::string_view name);
  /// An object whose members are strings.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view name);
  /// nullptr if absent or null.
  const boost::json::value* find(std::string_view name);
  /// True if it is there, and null.
  bool is_null(std::string_view name);
  /// Complains about the members that nobody has asked for. To be called last.
  void finish();

  std::string path(std::string_view name) const { return MemberPath(path_, name); }
  const std::string& path() const { return path_; }
  void complain(std::string_view name, std::string message) { complaints_.push_back({path(name), std::move(message)}); }

 private:
  const boost::json::array* array(std::string_view name);

  const boost::json::object* object_ = nullptr;
  std::string path_;
  Complaints& complaints_;
  std::set<std::string_view> asked_;
};

/// A whole document; otherwise the complaint says what is wrong and `line`, from 1, where.
std::optional<boost::json::value> ParseJson(std::string_view text, std::string& complaint, std::size_t& line);
/// The request's body, at most so many octets of it. RequestEntityTooLarge.
Task<Result<std::string>> ReadText(pipeline::Call& call, std::size_t limit);
/// The request's body, an empty one as `{}`; a refusal says in which line it stops being JSON.
Task<Result<boost::json::value>> ReadJson(pipeline::Call& call);
/// InvalidRequest with the first complaint and its path.
aws::Error Refusal(const Complaints& complaints);

http::Response JsonAnswer(const boost::json::value& value, int status = 200);

}  // namespace keymill::control
