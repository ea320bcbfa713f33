#include "server/control/json_fields.h"

#include <algorithm>

#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include "server/control/errors.h"
#include "server/pipeline/errors.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBody = 256 << 10;  // of every operation but those that read their own

std::size_t CountLines(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

std::string MemberPath(std::string_view path, std::string_view name) {
  const bool word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  std::string member(path);
  if (word) return member.append(".").append(name);
  return member.append("[").append(json::serialize(json::string_view(name.data(), name.size()))).append("]");
}

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

bool JsonFields::is_null(std::string_view name) {
  asked_.insert(name);
  const json::value* value = object_ == nullptr ? nullptr : object_->if_contains(name);
  return value != nullptr && value->is_null();
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

std::optional<std::int64_t> JsonFields::number(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const std::int64_t* number = value->if_int64()) return *number;
  complain(name, "must be a whole number");
  return std::nullopt;
}

const json::array* JsonFields::array(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (const auto* elements = value->if_array()) return elements;
  complain(name, "must be an array");
  return nullptr;
}

const json::object* JsonFields::object(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (const auto* members = value->if_object()) return members;
  complain(name, "must be an object");
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> JsonFields::strings(std::string_view name) {
  std::vector<std::pair<std::string, std::string>> all;
  each(name, [&](const json::value& value, std::string at) {
    if (const auto* string = value.if_string())
      all.emplace_back(std::string(string->begin(), string->end()), std::move(at));
    else
      complaints_.push_back({std::move(at), "must be a string"});
  });
  return all;
}

std::vector<std::pair<std::string, std::string>> JsonFields::pairs(std::string_view name) {
  std::vector<std::pair<std::string, std::string>> all;
  each_member(name, [&](const std::string& key, const json::value& value, std::string at) {
    if (const auto* string = value.if_string())
      all.emplace_back(key, std::string(string->begin(), string->end()));
    else
      complaints_.push_back({std::move(at), "must be a string"});
  });
  return all;
}

void JsonFields::finish() {
  if (object_ == nullptr) return;
  for (const auto& member : *object_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (!asked_.contains(key)) complain(key, "is not known here");
  }
}

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

Task<Result<std::string>> ReadText(pipeline::Call& call, std::size_t limit) {
  const aws::Error too_large(pipeline::RequestEntityTooLarge, "The body may have " + std::to_string(limit) + " bytes.");
  if (call.payload().length().value_or(0) > limit) co_return too_large;
  auto text = co_await call.payload().read_all(limit);
  if (!text && text.error().code() == pipeline::MaxMessageLengthExceeded.code) co_return too_large;
  co_return text;
}

Task<Result<json::value>> ReadJson(pipeline::Call& call) {
  const auto text = co_await ReadText(call, kMaxBody);
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
