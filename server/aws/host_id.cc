#include "server/aws/host_id.h"

#include <cstdint>

#include "sigv4/encoding.h"

namespace keymill::aws {
namespace {

constexpr std::size_t kOctets = 56;

/// The next number of SplitMix64 (Steele, Lea, Flood 2014): it only has to look like the noise it is in AWS, and every
/// request of S3 pays for it.
std::uint64_t Next(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace

std::string HostIdOf(std::string_view request_id) {
  std::uint64_t state = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : request_id) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::string octets;
  for (std::uint64_t number = 0; octets.size() < kOctets; number >>= 8) {
    if (octets.size() % 8 == 0) number = Next(state);
    octets += static_cast<char>(number & 0xff);
  }
  return sigv4::base64_encode(octets);
}

std::string StsExtendedIdOf(std::string_view request_id, std::string_view region, std::int64_t now) {
  std::string id = "1:" + std::string(region) + ":S:" + std::to_string(now) + ":R:";
  const std::size_t end = id.size() + 8;
  for (const char c : HostIdOf(request_id)) {
    const bool plain = c != '+' && c != '/' && c != '=';
    if (plain && id.size() < end) id += c;
  }
  return sigv4::base64_encode(id);
}

}  // namespace keymill::aws
