#include "server/s3/website.h"

#include <gtest/gtest.h>

namespace keymill::s3 {
namespace {

/// The refusal's code and text (that of MalformedXML is always the same), or "" if the document is accepted.
std::string Refusal(const std::string& inner) {
  const auto document = aws::XmlDocument::Parse("<WebsiteConfiguration>" + inner + "</WebsiteConfiguration>", {});
  WebsiteConfiguration configuration;
  if (!document || !aws::Read(document->root(), configuration)) return "MalformedXML";
  const auto checked = CheckWebsite(configuration);
  if (checked) return "";
  const std::string code(checked.error().code());
  return code == "MalformedXML" ? code : code + ": " + checked.error().message();
}

const std::string kIndex = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";

std::string Rules(const std::string& rules) {
  return kIndex + "<RoutingRules>" + rules + "</RoutingRules>";
}
std::string Rule(const std::string& redirect, const std::string& condition = {}) {
  return "<RoutingRule>" + condition + "<Redirect>" + redirect + "</Redirect></RoutingRule>";
}

TEST(WebsiteConfiguration, NeedsAnIndexDocumentUnlessEverythingIsRedirected) {
  EXPECT_EQ(Refusal(kIndex), "");
  EXPECT_EQ(Refusal("<RedirectAllRequestsTo><HostName>a.test</HostName></RedirectAllRequestsTo>"), "");
  EXPECT_EQ(Refusal(""),
            "InvalidArgument: A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty");
  EXPECT_EQ(Refusal("<RedirectAllRequestsTo><HostName>a.test</HostName></RedirectAllRequestsTo>" + kIndex),
            "InvalidArgument: RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.");
  EXPECT_EQ(Refusal("<RedirectAllRequestsTo><Protocol>http</Protocol></RedirectAllRequestsTo>"), "MalformedXML");
}

TEST(WebsiteConfiguration, RefusesNamesOfDocumentsThatCannotBe) {
  for (const std::string suffix : {"", "a/b.html", "/index.html"}) {
    EXPECT_EQ(Refusal("<IndexDocument><Suffix>" + suffix + "</Suffix></IndexDocument>"),
              "InvalidArgument: The IndexDocument Suffix is not well formed")
        << suffix;
  }
  EXPECT_EQ(Refusal(kIndex + "<ErrorDocument><Key></Key></ErrorDocument>"),
            "InvalidArgument: The ErrorDocument Key is not well formed");
  EXPECT_EQ(Refusal(kIndex + "<ErrorDocument><Key>errors/404.html</Key></ErrorDocument>"), "");
}

TEST(WebsiteConfiguration, RefusesRulesThatSayTooMuchOrNothing) {
  EXPECT_EQ(Refusal(Rules("")), "MalformedXML");
  EXPECT_EQ(Refusal(Rules(Rule(""))), "MalformedXML");
  EXPECT_EQ(Refusal(Rules("<RoutingRule/>")), "MalformedXML");
  EXPECT_EQ(Refusal(Rules(Rule("<ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith>"))),
            "InvalidRequest: You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  EXPECT_EQ(Refusal(Rules(Rule("<HostName>a</HostName>", "<Condition/>"))),
            "InvalidRequest: Condition cannot be empty. To redirect all requests without a condition, the condition "
            "element shouldn't be present.");
  EXPECT_EQ(Refusal(Rules(Rule("<Protocol>ftp</Protocol>"))),
            "InvalidRequest: Invalid protocol, protocol can be http or https. If not defined the protocol will be "
            "selected automatically.");
}

TEST(WebsiteConfiguration, KnowsWhichCodesRedirectAndWhichAreErrors) {
  const auto redirect = [](const std::string& code) {
    return Refusal(Rules(Rule("<HttpRedirectCode>" + code + "</HttpRedirectCode>")));
  };
  EXPECT_EQ(redirect("307"), "");
  for (const std::string code : {"300", "200", "400", "30", "3012", "abc"}) {
    EXPECT_EQ(redirect(code), "InvalidRequest: The provided HTTP redirect code (" + code +
                                  ") is not valid. Valid codes are 3XX except 300.");
  }
  const auto error = [](const std::string& code) {
    return Refusal(Rules(Rule("<HostName>a</HostName>", "<Condition><HttpErrorCodeReturnedEquals>" + code +
                                                            "</HttpErrorCodeReturnedEquals></Condition>")));
  };
  EXPECT_EQ(error("404"), "");
  EXPECT_EQ(error("503"), "");
  for (const std::string code : {"200", "600", "4", "x04"}) {
    EXPECT_EQ(error(code),
              "InvalidRequest: The provided HTTP error code (" + code + ") is not valid. Valid codes are 4XX or 5XX.");
  }
}

TEST(WebsiteConfiguration, HasAtMostFiftyRules) {
  std::string fifty;
  for (int i = 0; i < 50; ++i) fifty += Rule("<HostName>a</HostName>");
  EXPECT_EQ(Refusal(Rules(fifty)), "");
  EXPECT_EQ(Refusal(Rules(fifty + Rule("<HostName>a</HostName>"))),
            "InvalidRequest: 51 routing rules provided, the number of routing rules in a website configuration is "
            "limited to 50.");
}

/// "301 http://…" or "" for a request to http://site.test:8080/KEY.
std::string Redirected(const std::string& rules, std::string_view key, int error_status = 0,
                       std::string_view query = {}) {
  const auto document = aws::XmlDocument::Parse("<W>" + Rules(rules) + "</W>", {});
  WebsiteConfiguration configuration;
  if (!document || !aws::Read(document->root(), configuration)) return "unreadable";
  const auto to = FindRedirection(configuration, {"http", "site.test:8080", "/ignored", query, key}, error_status);
  return to ? std::to_string(to->status) + " " + to->location : "";
}
std::string When(const std::string& condition) {
  return "<Condition>" + condition + "</Condition>";
}
const std::string kDocs = "<KeyPrefixEquals>docs/</KeyPrefixEquals>";
const std::string kMissing = "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>";

TEST(RoutingRules, ReplaceThePrefixThatTheyWaitFor) {
  const std::string rule = Rule("<ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith>", When(kDocs));
  EXPECT_EQ(Redirected(rule, "docs/a b/ü"), "301 http://site.test:8080/documents/a%20b/%C3%BC");
  EXPECT_EQ(Redirected(rule, "doc"), "");
  EXPECT_EQ(Redirected(rule, "docs/x", 404), "") << "a rule without an error code is not about errors";
  const std::string everywhere = Rule("<ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith>");
  EXPECT_EQ(Redirected(everywhere, "x"), "301 http://site.test:8080/new/x");
}

TEST(RoutingRules, WaitForTheErrorThatTheyName) {
  const std::string rule = Rule(
      "<HostName>other.test</HostName><Protocol>https</Protocol><HttpRedirectCode>302</HttpRedirectCode>"
      "<ReplaceKeyWith>sorry.html</ReplaceKeyWith>",
      When(kMissing + kDocs));
  EXPECT_EQ(Redirected(rule, "docs/x"), "");
  EXPECT_EQ(Redirected(rule, "docs/x", 403), "");
  EXPECT_EQ(Redirected(rule, "else", 404), "");
  EXPECT_EQ(Redirected(rule, "docs/x", 404), "302 https://other.test/sorry.html");
}

TEST(RoutingRules, ApplyInTheirOrderAndKeepTheQuery) {
  const std::string rules =
      Rule("<HostName>first.test</HostName>", When(kDocs)) + Rule("<HostName>second.test</HostName>");
  EXPECT_EQ(Redirected(rules, "docs/x", 0, "a=b"), "301 http://first.test/docs/x?a=b");
  EXPECT_EQ(Redirected(rules, "x"), "301 http://second.test/x");
}

}  // namespace
}  // namespace keymill::s3
