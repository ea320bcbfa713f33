#include "server/pipeline/params.h"

#include "sigv4/encoding.h"

namespace keymill::pipeline {

std::optional<Params> Params::Parse(std::string_view encoded) {
  Params params;
  while (!encoded.empty()) {
    auto end = encoded.find('&');
    auto pair = encoded.substr(0, end);
    encoded.remove_prefix(end == std::string_view::npos ? encoded.size() : end + 1);
    if (pair.empty()) continue;
    auto equals = pair.find('=');
    auto name = sigv4::percent_decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : sigv4::percent_decode(pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    params.pairs_.emplace_back(std::move(*name), std::move(*value));
  }
  return params;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace keymill::pipeline
