// multipart/form-data bodies: no crash, and the same form in whatever pieces the body arrives.
#include <algorithm>
#include <string>

#include "server/aws/form_data.h"
#include "tests/fuzz/fuzz_sigv4.h"

using keymill::aws::FormDataParser;

namespace {

struct Form {
  FormDataParser parser;
  std::string file;
};

void feed(Form& form, std::string_view piece) {
  while (!piece.empty() && !form.parser.ended()) {
    const auto [data, consumed] = form.parser.feed(piece);
    keymill::sigv4::fuzz::require(consumed > 0 || !data.empty());
    form.file += data;
    piece.remove_prefix(consumed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = data[0] % 17 + 1;
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  keymill::aws::FormDataBoundary(body);
  constexpr std::size_t kLimit = 1024;
  Form whole{FormDataParser("b", kLimit), {}}, pieces{FormDataParser("b", kLimit), {}};
  feed(whole, body);
  for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) feed(pieces, body.substr(0, step));
  // How soon too much is seen to be too much depends on the pieces; all else does not.
  if (whole.parser.state() == FormDataParser::State::kTooLarge ||
      pieces.parser.state() == FormDataParser::State::kTooLarge) {
    return 0;
  }
  keymill::sigv4::fuzz::require(whole.parser.state() == pieces.parser.state());
  keymill::sigv4::fuzz::require(whole.file == pieces.file);
  keymill::sigv4::fuzz::require(whole.parser.filename() == pieces.parser.filename());
  keymill::sigv4::fuzz::require(whole.parser.fields().size() == pieces.parser.fields().size());
  for (std::size_t i = 0; i < whole.parser.fields().size(); ++i) {
    keymill::sigv4::fuzz::require(whole.parser.fields()[i].value == pieces.parser.fields()[i].value);
  }
  return 0;
}
