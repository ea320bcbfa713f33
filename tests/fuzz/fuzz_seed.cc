// Seeds: no crash, and every complaint, every object and every member that is there twice has its place in the text.
#include <string>

#include "server/control/json_places.h"
#include "server/control/seed_document.h"
#include "tests/fuzz/fuzz_sigv4.h"

namespace control = keymill::control;
using keymill::sigv4::fuzz::require;

namespace {

control::Place Within(std::string_view text, const std::string& path) {
  const control::Place place = control::PlaceOf(text, path);
  require(place.begin < place.end && place.end <= text.size() && place.line >= 1 && place.column >= 1);
  return place;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string complaint;
  std::size_t line = 0;
  const auto value = control::ParseJson(text, complaint, line);
  if (!value) {
    require(line >= 1 && !complaint.empty());
    return 0;
  }
  if (const auto twice = control::FindDuplicate(text)) {
    require(text[twice->place.begin] == '"' && twice->place.end <= size);
    return 0;  // its paths do not say which of the two they mean
  }
  control::Complaints complaints;
  const control::Seed seed = control::ReadSeed(*value, "123456789012", complaints);
  for (const control::Complaint& each : complaints) Within(text, each.path);
  for (const control::SeedAccount& account : seed.accounts) {
    for (const control::SeedPrincipal& user : account.users) {
      require(!complaints.empty() || text[Within(text, user.path).begin] == '{');
    }
    for (const control::SeedBucket& bucket : account.buckets) {
      for (const control::SeedNamedText& each : bucket.configurations) Within(text, each.path);
    }
  }
  return 0;
}
