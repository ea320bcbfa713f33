#include "server/aws/host_id.h"

#include <span>

#include "sigv4/digest.h"
#include "sigv4/encoding.h"

namespace keymill::aws {

std::string HostIdOf(std::string_view request_id) {
  const auto first = sigv4::sha256(request_id);
  std::string octets(reinterpret_cast<const char*>(first.data()), first.size());
  const auto second = sigv4::sha256(octets);
  octets.append(reinterpret_cast<const char*>(second.data()), 56 - first.size());
  return sigv4::base64_encode(octets);
}

}  // namespace keymill::aws
