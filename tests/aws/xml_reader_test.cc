#include "server/aws/xml_reader.h"

#include <gtest/gtest.h>

namespace keymill::aws {
namespace {

bool Accepts(std::string_view text, std::string_view root = {}) {
  return XmlDocument::Parse(text, root).has_value();
}

TEST(XmlReader, ReadsElementsWhateverTheirNamespacePrefix) {
  const auto document = XmlDocument::Parse(
      "<?xml version=\"1.0\"?><s3:Delete xmlns:s3='x'><s3:Object><Key>a</Key></s3:Object></s3:Delete>", "Delete");
  ASSERT_TRUE(document);
  const auto object = document->root().child("Object");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->child("Key")->text(), "a");
  EXPECT_FALSE(object->child("VersionId"));
}

TEST(XmlReader, ResolvesEntitiesAndJoinsCharacterData) {
  const auto document = XmlDocument::Parse("<K>a&amp;b&#13;<![CDATA[<&>]]>&#x20AC;</K>", "K");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().text(), "a&b\r<&>\xE2\x82\xAC");
}

TEST(XmlReader, KeepsAKeyThatIsOnlySpaces) {
  const auto document = XmlDocument::Parse("<O>\n <Key>  </Key>\n</O>", "O");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().child("Key")->text(), "  ");
  EXPECT_EQ(document->root().children().size(), 1u);
}

TEST(XmlReader, FindsAttributesByLocalName) {
  const auto document = XmlDocument::Parse("<G xmlns:xsi='u' xsi:type=\"Group\"/>", "G");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().attribute("type"), "Group");
  EXPECT_FALSE(document->root().attribute("other"));
}

TEST(XmlReader, RefusesAnotherRoot) {
  EXPECT_FALSE(Accepts("<Other/>", "Delete"));
  EXPECT_TRUE(Accepts("<Other/>"));
}

TEST(XmlReader, RefusesWhatIsNotOneWellFormedElement) {
  for (const std::string_view text : {"", " ", "text", "<a>", "<a></b>", "<a/><b/>", "<a/>tail", "head<a/>", "<a b=c/>",
                                      "<a", "{\"json\":1}", "<!-- only a comment -->"}) {
    EXPECT_FALSE(Accepts(text)) << text;
  }
}

TEST(XmlReader, AcceptsCommentsDeclarationsAndAByteOrderMark) {
  EXPECT_TRUE(Accepts("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- & --><a/>\n<!-- b -->\n", "a"));
}

TEST(XmlReader, RefusesDocumentTypesAndUnknownEntities) {
  EXPECT_FALSE(Accepts("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"));
  EXPECT_FALSE(Accepts("<!DOCTYPE a><a/>"));
  EXPECT_FALSE(Accepts("<a>&nbsp;</a>"));
  EXPECT_FALSE(Accepts("<a>AT&T</a>"));
}

TEST(XmlReader, RefusesCharactersThatXmlForbids) {
  EXPECT_FALSE(Accepts(std::string_view("<a>\0</a>", 8)));
  EXPECT_FALSE(Accepts("<a>\x01</a>"));
  EXPECT_FALSE(Accepts("<a>\xFF</a>"));
  EXPECT_FALSE(Accepts("<a>\xC0\xAF</a>"));
  EXPECT_FALSE(Accepts("<a>\xED\xA0\x80</a>"));
  EXPECT_FALSE(Accepts("<a>&#0;</a>"));
  EXPECT_FALSE(Accepts("<a>&#x000;</a>"));
  EXPECT_FALSE(Accepts("<a>&#4294967296;</a>"));
  EXPECT_FALSE(Accepts("<a>&#xD800;</a>"));
}

TEST(XmlReader, LimitsDepth) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    text += "x";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(Accepts(nested(32)));
  EXPECT_FALSE(Accepts(nested(33)));
  EXPECT_FALSE(Accepts(nested(100000)));
}

TEST(XmlReader, LimitsSize) {
  EXPECT_FALSE(Accepts("<a>" + std::string(8 << 20, 'x') + "</a>"));
}

}  // namespace
}  // namespace keymill::aws
