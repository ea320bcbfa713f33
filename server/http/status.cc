#include "server/http/status.h"

#include <boost/beast/http/status.hpp>

namespace keymill::http {

std::string_view ReasonPhrase(int status) {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {reason.data(), reason.size()};
}

}  // namespace keymill::http
