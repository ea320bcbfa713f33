// The canonicaliser: stays within its buffers (AddressSanitizer watches), and canonicalising the canonical form again
// changes nothing.
#include <string>
#include <vector>

#include "sigv4/canonical_request.h"
#include "tests/fuzz/fuzz_sigv4.h"

using namespace keymill::sigv4;

namespace {

std::string canonical_query(std::string_view raw, bool& valid) {
  CanonicalQuery query;
  valid = query.parse(raw);
  if (!valid) return {};
  std::string out(query.size() + 1, '\0');
  out.resize(static_cast<std::size_t>(query.write(out.data(), {}) - out.data()));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t choice = input.octet();
  const std::string_view path = input.piece();
  const std::string_view raw_query = input.piece();
  const std::string_view list = input.piece();
  bool valid = false;
  const std::string once = canonical_query(raw_query, valid);
  if (valid) fuzz::require(canonical_query(once, valid) == once && valid);

  std::vector<Header> headers;
  while (!input.empty() && headers.size() < 200) {
    const std::string_view name = input.piece();
    headers.push_back({name, input.piece()});
  }
  SignedHeaders signed_headers;
  signed_headers.assign(list);
  signed_headers.bind(headers);
  CanonicalQuery query;
  if (!query.parse(raw_query)) return 0;
  TextBuffer text;
  const Options options = (choice & 1) != 0 ? kS3 : kService;
  write_canonical_request(text, {"GET", path, query, signed_headers, "hash", options, (choice & 2) != 0});

  std::string first(3 * path.size() + 4, '\0');
  char* end = first.data();
  if (write_canonical_path(end, path, kS3) != Reason::None) return 0;
  first.resize(static_cast<std::size_t>(end - first.data()));
  std::string second(3 * first.size() + 4, '\0');
  end = second.data();
  fuzz::require(write_canonical_path(end, first, kS3) == Reason::None);
  second.resize(static_cast<std::size_t>(end - second.data()));
  fuzz::require(first == second);
  return 0;
}
