#include "server/aws/form_data.h"

#include <gtest/gtest.h>

namespace keymill::aws {
namespace {

using State = FormDataParser::State;

constexpr std::size_t kLimit = 20480;

struct Form {
  State state = State::kFields;
  std::vector<std::pair<std::string, std::string>> fields{};
  std::optional<std::string> filename{};
  std::string file{};
  bool has_file = false;
  bool operator==(const Form&) const = default;
};

/// Reads `body` in pieces of `step` octets.
Form Read(std::string_view body, std::size_t step, std::string_view boundary = "xyz", std::size_t limit = kLimit) {
  FormDataParser parser(boundary, limit);
  Form form;
  while (!body.empty() && !parser.ended()) {
    std::string piece(body.substr(0, step));  // of its own, so that a sanitizer sees reads beyond it
    body.remove_prefix(piece.size());
    std::string_view rest = piece;
    while (!rest.empty() && !parser.ended()) {
      const auto [data, consumed] = parser.feed(rest);
      form.file += data;
      rest.remove_prefix(consumed);
    }
  }
  form.state = parser.state();
  for (const auto& field : parser.fields()) form.fields.emplace_back(field.name, field.value);
  form.filename = parser.filename();
  form.has_file = parser.has_file();
  return form;
}

/// The same in pieces of every size up to 80 octets: all must agree.
Form ReadEveryWay(const std::string& body, std::string_view boundary = "xyz") {
  const Form whole = Read(body, body.size(), boundary);
  for (std::size_t step = 1; step <= 80; ++step) EXPECT_TRUE(Read(body, step, boundary) == whole) << step;
  return whole;
}

std::string Part(std::string_view disposition, std::string_view value, std::string_view boundary = "xyz") {
  return std::string("--").append(boundary).append("\r\nContent-Disposition: form-data; ").append(disposition) +
         "\r\n\r\n" + std::string(value) + "\r\n";
}

TEST(FormData, GivesFieldsAndThenTheFile) {
  const auto form =
      ReadEveryWay(Part("name=\"key\"", "a/b") + Part("name=\"X-Amz-Date\"", "") +
                   Part("name=\"file\"; filename=\"f.txt\"\r\nContent-Type: text/plain", "content") + "--xyz--\r\n");
  EXPECT_EQ(form.state, State::kEnd);
  ASSERT_EQ(form.fields.size(), 2u);
  EXPECT_EQ(form.fields[0], (std::pair<std::string, std::string>("key", "a/b")));
  EXPECT_EQ(form.fields[1], (std::pair<std::string, std::string>("X-Amz-Date", "")));
  EXPECT_EQ(form.filename, "f.txt");
  EXPECT_EQ(form.file, "content");
}

TEST(FormData, KeepsEveryOctetOfTheFileThatOnlyLooksLikeABoundary) {
  constexpr char kContent[] = "\r\n--xy\r\n--xyy\r\r\n--x--xyz\n--xyz\r\r\n-\0\xff\r\n";
  const std::string content(kContent, sizeof kContent - 1);
  const auto form = ReadEveryWay(Part("name=file", content) + "--xyz--");
  EXPECT_EQ(form.state, State::kEnd);
  EXPECT_EQ(form.file, content);
}

TEST(FormData, SkipsPreambleEpilogueAndWhatFollowsTheFile) {
  const auto form =
      ReadEveryWay("this is ignored\r\nand this--xyz\r\n" + Part("name=a", "1") + Part("NAME=\"FILE\"", "f") +
                   Part("name=late", "x") + Part("name=file", "second") + "--xyz--\r\nepilogue --xyz\r\n");
  EXPECT_EQ(form.state, State::kEnd);
  EXPECT_EQ(form.fields.size(), 1u);
  EXPECT_EQ(form.file, "f");
  EXPECT_FALSE(form.filename);
}

TEST(FormData, ReadsAFormWithoutFile) {
  const auto form = ReadEveryWay(Part("name=a", "1") + "--xyz--\r\n");
  EXPECT_EQ(form.state, State::kEnd);
  EXPECT_FALSE(form.has_file);
  EXPECT_EQ(ReadEveryWay("--xyz--").state, State::kEnd);
}

TEST(FormData, AllowsWhiteSpaceBehindABoundary) {
  EXPECT_EQ(ReadEveryWay("--xyz \t\r\nContent-Disposition: form-data; name=file\r\n\r\nf\r\n--xyz--  \r\n").file, "f");
}

TEST(FormData, IsMalformedInManyWays) {
  const std::string good = Part("name=file", "f");
  for (const std::string& bad : {
           std::string("--xyz\r\nContent-Type: text/plain\r\n\r\nno name\r\n--xyz--"),
           std::string("--xyz\r\nContent-Disposition: attachment; name=file\r\n\r\nf\r\n--xyz--"),
           std::string("--xyz\r\nContent-Disposition form-data\r\n\r\nf\r\n--xyz--"),
           std::string("--xyz\r\nContent-Disposition: form-data; name=\"file\r\n\r\nf\r\n--xyz--"),
           std::string("--xyz\nContent-Disposition: form-data; name=file\n\nf\n--xyz--"),
           std::string("--xyzzy\r\nContent-Disposition: form-data; name=file\r\n\r\nf\r\n--xyzzy--"),
           good + "--xyz- \r\n",
       }) {
    EXPECT_EQ(ReadEveryWay(bad).state, State::kMalformed) << bad;
  }
}

TEST(FormData, IsUnfinishedUntilTheLastBoundary) {
  EXPECT_EQ(ReadEveryWay(Part("name=file", "f")).state, State::kFile);
  EXPECT_EQ(ReadEveryWay(Part("name=file", "f") + "--xyz\r\n").state, State::kRest);
  EXPECT_EQ(ReadEveryWay(Part("name=a", "1") + "--xyz\r\n").state, State::kFields);
}

TEST(FormData, BoundsWhatStandsBeforeTheFileOnly) {
  EXPECT_EQ(Read(Part("name=a", std::string(kLimit, 'a')) + Part("name=file", "f") + "--xyz--", 4096).state,
            State::kTooLarge);
  EXPECT_EQ(Read(std::string(kLimit + 1, 'p'), 4096).state, State::kTooLarge) << "a preamble";
  EXPECT_EQ(Read("--xyz\r\n" + std::string(kLimit + 1, 'h'), 4096).state, State::kTooLarge) << "a header";
  const auto form = Read(Part("name=a", std::string(kLimit - 200, 'a')) + Part("name=file", std::string(100'000, 'f')) +
                             Part("name=b", std::string(kLimit, 'b')) + "--xyz--",
                         4096);
  EXPECT_EQ(form.state, State::kEnd);
  EXPECT_EQ(form.file.size(), 100'000u);
}

TEST(FormDataBoundary, MayBeQuoted) {
  EXPECT_EQ(FormDataBoundary("multipart/form-data; boundary=xyz"), "xyz");
  EXPECT_EQ(FormDataBoundary("Multipart/Form-Data;charset=utf-8;Boundary=\"a b;c\" ; x=1"), "a b;c");
  EXPECT_FALSE(FormDataBoundary("multipart/form-data"));
  EXPECT_FALSE(FormDataBoundary("multipart/form-data; boundary="));
  EXPECT_FALSE(FormDataBoundary("multipart/form-data; boundary=\"open"));
  EXPECT_FALSE(FormDataBoundary("multipart/form-data; boundary=" + std::string(71, 'b')));
  EXPECT_TRUE(IsFormData(" MULTIPART/form-data ; boundary=x"));
  EXPECT_FALSE(IsFormData("multipart/mixed; boundary=x"));
}

TEST(HeaderParameter, KeepsTheBackslashesOfWindowsPaths) {
  EXPECT_EQ(HeaderParameter("form-data; name=\"a\\\"b\\\\c\"; filename=\"C:\\dir\\f.txt\"", "name"), "a\"b\\c");
  EXPECT_EQ(HeaderParameter("form-data; name=a; filename=\"C:\\dir\\f.txt\"", "FileName"), "C:\\dir\\f.txt");
  EXPECT_EQ(HeaderParameter("form-data; name=\"x; filename=y\"; filename=z", "filename"), "z");
}

}  // namespace
}  // namespace keymill::aws
