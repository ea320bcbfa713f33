#pragma once

#include <string>
#include <string_view>

/// Metadata values that are not ASCII travel as RFC 2047 encoded words; S3 decodes them on the way in and encodes them
/// on the way out.
namespace keymill::s3 {

/// Decodes the encoded words of a header value (UTF-8, US-ASCII and ISO-8859-1 in B or Q form) to UTF-8. White space
/// between two of them disappears; what is not a well-formed encoded word stays. Octets above 127 outside of encoded
/// words are read as ISO-8859-1, as S3 does.
std::string DecodeHeaderText(std::string_view value);

/// ASCII as it is, anything else as one `=?UTF-8?…?=`: Q if most of it is ASCII, else B.
std::string EncodeHeaderText(std::string_view utf8);

std::string Latin1ToUtf8(std::string_view text);

}  // namespace keymill::s3
