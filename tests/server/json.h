#pragma once

#include <string>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace keymill::test {

/// The member at a JSON pointer ("/account/account_id") of a JSON text: a string as it is, anything else serialized;
/// empty if there is none.
inline std::string At(std::string_view text, std::string_view pointer) {
  boost::json::error_code failure;
  const auto value = boost::json::parse({text.data(), text.size()}, failure);
  if (failure) return {};
  const auto* found = value.find_pointer({pointer.data(), pointer.size()}, failure);
  if (failure || found == nullptr) return {};
  return found->is_string() ? std::string(found->as_string()) : boost::json::serialize(*found);
}

}  // namespace keymill::test
