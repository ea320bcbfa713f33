#include "server/aws/form_data.h"

#include <algorithm>
#include <utility>

#include "sigv4/encoding.h"

namespace keymill::aws {
namespace {

constexpr std::size_t kMaxBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::string_view kLineEnd = "\r\n";

std::string_view MediaType(std::string_view value) {
  return sigv4::trim(value.substr(0, value.find(';')));
}

/// Takes a quoted string without its first quote off `rest`; nullopt if it does not end.
std::optional<std::string> TakeQuoted(std::string_view& rest) {
  std::string text;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    char c = rest[at];
    if (c == '"') {
      rest.remove_prefix(at + 1);
      return text;
    }
    if (c == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\')) c = rest[++at];
    text += c;
  }
  return std::nullopt;
}

}  // namespace

bool IsFormData(std::string_view content_type) {
  return sigv4::equals_ignoring_case(MediaType(content_type), "multipart/form-data");
}

std::optional<std::string> FormDataBoundary(std::string_view content_type) {
  auto boundary = HeaderParameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundary || boundary->back() == ' ') return std::nullopt;
  return boundary;
}

std::optional<std::string> HeaderParameter(std::string_view value, std::string_view name) {
  auto rest = value;
  for (;;) {
    const auto semicolon = rest.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(semicolon + 1);
    const auto end = rest.find_first_of("=;");
    if (end == std::string_view::npos || rest[end] == ';') continue;
    const auto found = sigv4::trim(rest.substr(0, end));
    rest = sigv4::trim(rest.substr(end + 1));
    std::optional<std::string> text;
    if (rest.starts_with('"')) {
      rest.remove_prefix(1);
      text = TakeQuoted(rest);
      if (!text) return std::nullopt;
    } else {
      text = sigv4::trim(rest.substr(0, rest.find(';')));
    }
    if (sigv4::equals_ignoring_case(found, name)) return text;
  }
}

FormDataParser::FormDataParser(std::string_view boundary, std::size_t limit)
    : delimiter_(std::string(kLineEnd).append("--").append(boundary)), limit_(limit) {}

FormDataParser::Fed FormDataParser::feed(std::string_view input) {
  std::size_t at = 0;
  while (at < input.size() && !ended()) {
    const State before = state_;
    std::string_view data;
    std::size_t consumed = 0;
    const auto rest = input.substr(at);
    switch (place_) {
      case Place::kAfterBoundary:
        consumed = take_boundary_end(rest);
        break;
      case Place::kHeaders:
        consumed = take_headers(rest);
        break;
      case Place::kText: {
        const Scan scanned = scan(rest);
        consumed = scanned.consumed;
        if (before == State::kFile) data = scanned.text;
        if (before == State::kFields && in_part_) fields_.back().value += scanned.text;
        if (scanned.boundary) {
          place_ = Place::kAfterBoundary;
          line_.clear();
          if (before == State::kFile) state_ = State::kRest;
        }
        break;
      }
    }
    at += consumed;
    if (before == State::kFields && (used_ += consumed) > limit_) state_ = State::kTooLarge;
    if (!data.empty() || state_ != before) return {data, at};
  }
  return {{}, at};
}

// A CR stands only at the delimiter's start, so text that began like one and went on otherwise holds no other start.
FormDataParser::Scan FormDataParser::scan(std::string_view input) {
  if (matched_ > 0) {
    const auto wanted = std::string_view(delimiter_).substr(matched_);
    const auto compared = input.substr(0, wanted.size());
    const auto same = static_cast<std::size_t>(std::mismatch(compared.begin(), compared.end(), wanted.begin()).first -
                                               compared.begin());
    matched_ += same;
    if (matched_ == delimiter_.size()) {
      matched_ = 0;
      return {{}, same, true};
    }
    if (same == input.size()) return {{}, same, false};
    return {std::string_view(delimiter_).substr(0, std::exchange(matched_, 0)), same, false};
  }
  if (const auto found = input.find(delimiter_); found != std::string_view::npos) {
    return {input.substr(0, found), found + delimiter_.size(), true};
  }
  const auto start = input.rfind('\r');
  if (start == std::string_view::npos || !std::string_view(delimiter_).starts_with(input.substr(start))) {
    return {input, input.size(), false};
  }
  matched_ = input.size() - start;
  return {input.substr(0, start), input.size(), false};
}

std::size_t FormDataParser::take_boundary_end(std::string_view input) {
  for (std::size_t at = 0; at < input.size(); ++at) {
    line_ += input[at];
    if (line_ == "--") {
      state_ = State::kEnd;
      return at + 1;
    }
    if (line_.ends_with(kLineEnd)) {
      line_.clear();
      if (state_ == State::kRest) {
        place_ = Place::kText;
        return at + 1;
      }
      place_ = Place::kHeaders;
      name_.reset();
      part_filename_.reset();
      return at + 1;
    }
    // White space may stand behind a boundary.
    const bool fine = line_.find_first_not_of(" \t\r") == std::string::npos || line_ == "-";
    if (!fine || line_.size() > kMaxBoundary) {
      state_ = State::kMalformed;
      return at + 1;
    }
  }
  return input.size();
}

std::size_t FormDataParser::take_headers(std::string_view input) {
  const auto end = input.find('\n');
  const auto count = end == std::string_view::npos ? input.size() : end + 1;
  line_ += input.substr(0, count);
  if (end == std::string_view::npos) return count;
  if (!line_.ends_with(kLineEnd)) {
    state_ = State::kMalformed;
  } else if (line_ == kLineEnd) {
    start_part();
  } else {
    take_header(std::string_view(line_).substr(0, line_.size() - kLineEnd.size()));
  }
  line_.clear();
  return count;
}

void FormDataParser::take_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    state_ = State::kMalformed;
    return;
  }
  if (!sigv4::equals_ignoring_case(sigv4::trim(line.substr(0, colon)), "content-disposition")) return;
  const auto value = line.substr(colon + 1);
  if (!sigv4::equals_ignoring_case(MediaType(value), "form-data")) {
    state_ = State::kMalformed;
    return;
  }
  name_ = HeaderParameter(value, "name");
  part_filename_ = HeaderParameter(value, "filename");
}

void FormDataParser::start_part() {
  place_ = Place::kText;
  in_part_ = true;
  if (!name_) {
    state_ = State::kMalformed;
  } else if (sigv4::equals_ignoring_case(*name_, "file")) {
    state_ = State::kFile;
    has_file_ = true;
    filename_ = std::move(part_filename_);
  } else {
    fields_.push_back({std::move(*name_), {}});
  }
}

}  // namespace keymill::aws
