#include "server/control/json_fields.h"

#include <algorithm>

#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include "server/control/errors.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBody = 8 << 20;

std::size_t CountLines(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// A whole document; otherwise the complaint says what is wrong and `line`, from 1, where.
std::optional<json::value> ParseJson(std::string_view text, std::string& complaint, std::size_t& line) {
  json::parser parser;
  json::error_code failure;
  const std::size_t read = parser.write_some(text.data(), text.size(), failure);
  const std::size_t end = std::min(text.find_first_not_of(" \t\r\n", read), text.size());
  if (!failure && end == text.size()) return parser.release();
  line = CountLines(text.substr(0, failure ? read : end));
  complaint = failure ? failure.message() : "more follows after the end of the document";
  return std::nullopt;
}

}  // namespace

JsonFields::JsonFields(const json::value& value, std::string path, Complaints& complaints)
    : object_(value.if_object()), path_(std::move(path)), complaints_(complaints) {
  if (object_ == nullptr) complaints_.push_back({path_, "must be an object"});
}

const json::value* JsonFields::find(std::string_view name) {
  asked_.insert(name);
  if (object_ == nullptr) return nullptr;
  const json::value* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> JsonFields::optional(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* string = value->if_string()) return std::string(string->begin(), string->end());
  complain(name, "must be a string");
  return std::nullopt;
}

std::string JsonFields::required(std::string_view name) {
  auto value = optional(name);
  if (value && !value->empty()) return *std::move(value);
  if (object_ != nullptr && (value || !object_->contains(name) || object_->at(name).is_null())) {
    complain(name, "must be given");
  }
  return {};
}

bool JsonFields::flag(std::string_view name, bool otherwise) {
  const json::value* value = find(name);
  if (value == nullptr) return otherwise;
  if (const bool* flag = value->if_bool()) return *flag;
  complain(name, "must be true or false");
  return otherwise;
}

void JsonFields::finish() {
  if (object_ == nullptr) return;
  for (const auto& member : *object_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (!asked_.contains(key)) complain(key, "is not known here");
  }
}

Task<Result<json::value>> ReadJson(pipeline::Call& call) {
  const auto text = co_await call.payload().read_all(kMaxBody);
  if (!text) co_return text.error();
  if (text->empty()) co_return json::value(json::object());
  std::string complaint;
  std::size_t line = 0;
  auto value = ParseJson(*text, complaint, line);
  if (value) co_return *std::move(value);
  co_return aws::Error(InvalidJson, "The body is not valid JSON: line " + std::to_string(line) + ": " + complaint)
      .with("line", std::to_string(line));
}

aws::Error Refusal(const Complaints& complaints) {
  const Complaint& first = complaints.front();
  return aws::Error(InvalidBody, first.path + " " + first.message).with("path", first.path);
}

http::Response JsonAnswer(const json::value& value, int status) {
  http::Response response(status);
  response.body(json::serialize(value) + "\n", "application/json");
  return response;
}

}  // namespace keymill::control
