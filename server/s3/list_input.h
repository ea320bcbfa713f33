#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/pipeline/call.h"
#include "server/result.h"
#include "server/s3/archive.h"
#include "server/s3/list_encoding.h"

namespace keymill::s3 {

/// What every listing of objects or versions asks; `Query` is the store's for that listing.
template <class Query>
struct ListInput {
  Query query;
  std::size_t max_keys = 0;  ///< as shown
  bool url = false;
  bool restorations = false;  ///< tell whether archived objects have readable copies

  /// As the client wants keys and prefixes encoded.
  std::string shown(std::string_view text) const { return url ? EncodeListed(text) : std::string(text); }
};

template <class Query>
Result<ListInput<Query>> ReadListInput(const pipeline::Call& call) {
  constexpr std::size_t kMaxKeys = 1000;
  const pipeline::Params& params = call.params();
  ListInput<Query> input;
  const auto restorations = WantsRestoreStatus(call);
  if (!restorations) return restorations.error();
  input.restorations = *restorations;
  const auto url = WantsUrlEncoding(params);
  if (!url) return url.error();
  input.url = *url;
  const auto max_keys = ReadLimit(params, "max-keys", kMaxKeys);
  if (!max_keys) return max_keys.error();
  input.max_keys = input.query.limit = *max_keys;
  input.query.prefix = params.find("prefix").value_or("");
  input.query.delimiter = params.find("delimiter").value_or("");
  return input;
}

}  // namespace keymill::s3
