#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/pipeline/params.h"
#include "server/result.h"

/// What the listings share: encoding-type, tokens and numeric parameters.
namespace keymill::s3 {

/// S3's encoding-type=url: like a form's, but `/` and `*` stay; a space becomes `+`.
std::string EncodeListed(std::string_view text);

/// True if the client asked for encoding-type=url. Any other value is an error.
Result<bool> WantsUrlEncoding(const pipeline::Params& params);

/// `name` as a number of at most `cap` (larger ones are cut), `cap` if absent.
Result<std::size_t> ReadLimit(const pipeline::Params& params, std::string_view name, std::size_t cap);

/// An opaque token for a place in a listing, and back; nullopt if it was not made here.
std::string MakeToken(std::string_view place);
std::optional<std::string> ReadToken(std::string_view token);

}  // namespace keymill::s3
