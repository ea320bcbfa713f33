#include "server/aws/xml_writer.h"

#include <gtest/gtest.h>

namespace keymill::aws {
namespace {

std::string Text(std::string_view value) {
  return XmlWriter().text("T", value).take();
}

TEST(XmlWriter, WritesS3DocumentsInOneLineAfterTheDeclaration) {
  XmlWriter xml;
  xml.declaration().open("Root", "http://s3/").text("A", "1").open("B").number("C", -7).boolean("D", true);
  xml.close().close();
  EXPECT_EQ(xml.take(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Root "
            "xmlns=\"http://s3/\"><A>1</A><B><C>-7</C><D>true</D></B></Root>");
}

TEST(XmlWriter, IndentsQueryDocumentsByTwoSpaces) {
  XmlWriter xml(XmlWriter::Style::kIndented);
  xml.open("R").open("Result").text("A", "1").close().open("Empty").close().close();
  EXPECT_EQ(xml.take(), "<R>\n  <Result>\n    <A>1</A>\n  </Result>\n  <Empty/>\n</R>");
}

TEST(XmlWriter, ClosesEmptyElementsAtOnce) {
  XmlWriter xml;
  xml.open("R", "ns").close();
  EXPECT_EQ(xml.take(), "<R xmlns=\"ns\"/>");
  EXPECT_EQ(Text(""), "<T/>");
}

TEST(XmlWriter, LeavesOutOptionalTextThatIsEmpty) {
  XmlWriter xml;
  xml.open("R").optional_text("A", "").optional_text("B", "b").close();
  EXPECT_EQ(xml.take(), "<R><B>b</B></R>");
}

TEST(XmlWriter, WritesCharactersIntoTheInnermostElement) {
  XmlWriter xml;
  xml.open("R", "ns").characters("a&b").close();
  EXPECT_EQ(xml.take(), "<R xmlns=\"ns\">a&amp;b</R>");
  XmlWriter indented(XmlWriter::Style::kIndented);
  indented.open("A").open("B").characters("x").close().close();
  EXPECT_EQ(indented.take(), "<A>\n  <B>x</B>\n</A>");
}

TEST(XmlWriter, EscapesMarkupAndQuotes) {
  EXPECT_EQ(Text("a<b>&\"c'"), "<T>a&lt;b&gt;&amp;&quot;c'</T>");
}

TEST(XmlWriter, WritesCarriageReturnsAsReferencesAndKeepsTabsAndLineFeeds) {
  EXPECT_EQ(Text("a\r\n\tb"), "<T>a&#13;\n\tb</T>");
}

TEST(XmlWriter, ReplacesWhatXmlCannotCarry) {
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(Text(std::string_view("a\0b\x01", 4)), "<T>a" + replacement + "b" + replacement + "</T>");
  EXPECT_EQ(Text("\xEF\xBF\xBE"), "<T>" + replacement + replacement + replacement + "</T>");  // U+FFFE
  EXPECT_EQ(Text("\xED\xA0\x80"), "<T>" + replacement + replacement + replacement + "</T>");  // a surrogate
  EXPECT_EQ(Text("\xC0\xAF"), "<T>" + replacement + replacement + "</T>");                    // overlong
  EXPECT_EQ(Text("\xF4\x90\x80\x80x"), "<T>" + replacement + replacement + replacement + replacement + "x</T>");
  EXPECT_EQ(Text("\xE2\x82"), "<T>" + replacement + replacement + "</T>");  // cut short
}

TEST(XmlWriter, KeepsWellFormedUtf8OfEveryLength) {
  const std::string text = "\x7F\xC2\x80\xE0\xA0\x80\xE2\x82\xAC\xEF\xBF\xBD\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
  EXPECT_EQ(Text(text), "<T>" + text + "</T>");
}

TEST(XmlWriter, EscapesWhiteSpaceInAttributes) {
  XmlWriter xml;
  xml.open("R").attribute("a", "x\t\"\n").close();
  EXPECT_EQ(xml.take(), "<R a=\"x&#9;&quot;&#10;\"/>");
}

}  // namespace
}  // namespace keymill::aws
