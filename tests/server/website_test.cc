// Buckets as static websites: what a browser gets from a website endpoint.

#include <gtest/gtest.h>

#include "tests/server/test_server.h"

namespace keymill::test {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using Headers = std::vector<sigv4::HeaderLine>;

constexpr char kSite[] =
    "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
    "<ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules>"
    "<RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition>"
    "<Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule>"
    "<RoutingRule><Condition><KeyPrefixEquals>shop/</KeyPrefixEquals>"
    "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>"
    "<Redirect><Protocol>https</Protocol><HostName>shop.test</HostName><HttpRedirectCode>307</HttpRedirectCode>"
    "</Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>";
constexpr char kPlainSite[] =
    "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>";

/// A server with the bucket `site`, which everybody may read and list.
class Website : public testing::Test {
 protected:
  Website() {
    put_bucket("site");
    put("/site/index.html", "home", "text/html");
    put("/site/photos/index.html", "photos", "text/html");
    put("/site/photos/cat.jpg", "0123456789", "image/jpeg");
    put("/site/error.html", "sorry", "text/html");
    configure("site", kSite);
    allow("site", R"("s3:GetObject","s3:ListBucket")");
  }

  static Config WithDomain() {
    Config config = TestServer::InMemory();
    config.domains = {"keymill.test"};
    return config;
  }
  void put_bucket(const std::string& name) {
    ASSERT_EQ(root.s3("PUT", "/" + name).summary(), "200");
    ASSERT_EQ(root.s3("DELETE", "/" + name, "publicAccessBlock").summary(), "204");
  }
  void put(const std::string& path, const std::string& body, const std::string& type, Headers headers = {}) {
    headers.push_back({"content-type", type});
    ASSERT_EQ(root.s3("PUT", path, {}, body, std::move(headers)).summary(), "200");
  }
  void configure(const std::string& name, const std::string& document) {
    ASSERT_EQ(root.s3("PUT", "/" + name, "website", document).summary(), "200");
  }
  void allow(const std::string& name, const std::string& actions) {
    const std::string policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":[)" +
                               actions + R"(],"Resource":["arn:aws:s3:::)" + name + R"(","arn:aws:s3:::)" + name +
                               R"(/*"]}]})";
    ASSERT_EQ(root.s3("PUT", "/" + name, "policy", policy).summary(), "204");
  }
  http::ClientResponse send(std::string_view method, std::string_view target, const std::string& host,
                            Fields fields = {}) {
    fields.emplace_back("Host", host);
    return browser.send(method, target, fields, {});
  }
  http::ClientResponse get(std::string_view target, Fields fields = {}) {
    return send("GET", target, "site.s3-website.localhost", std::move(fields));
  }
  static bool Says(const http::ClientResponse& response, std::string_view text) {
    return response.body.find(text) != std::string::npos;
  }

  TestServer server{WithDomain()};
  tools::AwsClient root = server.root();
  http::Client browser{"127.0.0.1", server.port()};
};

TEST_F(Website, AnswersOnEachFormOfTheEndpointsName) {
  for (const std::string host : {"site.s3-website.localhost", "site.s3-website.localhost:9000",
                                 "site.s3-website-us-east-1.localhost", "site.s3-website.eu-west-1.localhost",
                                 "SITE.s3-website-eu-west-1.keymill.test", "site.s3-website.keymill.test"}) {
    const auto page = send("GET", "/", host);
    EXPECT_EQ(page.status, 200) << host;
    EXPECT_EQ(page.body, "home") << host;
    EXPECT_EQ(page.header("content-type"), "text/html") << host;
  }
  const auto endpoint = send("GET", "/", "s3-website-us-east-1.localhost");
  EXPECT_EQ(endpoint.status, 301);
  EXPECT_EQ(endpoint.header("location"), "https://aws.amazon.com/s3/");
}

TEST_F(Website, TheRestEndpointKnowsNoIndexAndNoPages) {
  const auto listing = send("GET", "/", "site.s3.localhost");
  EXPECT_EQ(listing.status, 200);
  EXPECT_TRUE(Says(listing, "<ListBucketResult")) << listing.body;
  const auto missing = send("GET", "/photos/", "site.s3.localhost");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("content-type"), "application/xml");
}

TEST_F(Website, AFolderShowsItsIndexAndWithoutItsSlashRedirectsThere) {
  EXPECT_EQ(get("/photos/").body, "photos");
  const auto redirect = get("/photos?page=2");
  EXPECT_EQ(redirect.status, 302);
  EXPECT_EQ(redirect.header("location"), "/photos/");
  EXPECT_TRUE(Says(redirect, "<li>Code: Found</li>")) << redirect.body;
  EXPECT_EQ(get("/nothing").status, 404);
  EXPECT_EQ(get("/photos/cat.jpg/").status, 404);
}

TEST_F(Website, AFolderIsFoundEvenWhereVisitorsMayNotList) {
  allow("site", R"("s3:GetObject")");
  EXPECT_EQ(get("/photos").status, 302);
  EXPECT_EQ(get("/nothing").status, 403);
}

TEST_F(Website, AFolderWhoseIndexVisitorsMayNotReadIsNotGivenAway) {
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",)"
      R"("Resource":"arn:aws:s3:::site/photos"}]})";
  ASSERT_EQ(root.s3("PUT", "/site", "policy", policy).summary(), "204");
  EXPECT_EQ(get("/photos").status, 403);
}

TEST_F(Website, ServesConditionsAndRangesButNoParameters) {
  const auto page = get("/photos/cat.jpg?versionId=x&response-content-type=text/plain&acl");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "image/jpeg");
  EXPECT_EQ(get("/photos/cat.jpg", {{"If-None-Match", std::string(page.header("etag"))}}).status, 304);
  const auto slice = get("/photos/cat.jpg", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(slice.status, 206);
  EXPECT_EQ(slice.body, "234");
}

TEST_F(Website, AMissingPageIsTheErrorDocumentInFull) {
  const auto page = get("/nothing", {{"Range", "bytes=0-1"}, {"If-None-Match", "*"}});
  EXPECT_EQ(page.status, 404);
  EXPECT_EQ(page.body, "sorry");
  EXPECT_EQ(page.header("content-type"), "text/html");
  EXPECT_EQ(page.header("x-amz-error-code"), "NoSuchKey");
  EXPECT_EQ(page.header("x-amz-error-detail-Key"), "nothing");
}

TEST_F(Website, WithoutAnErrorDocumentS3sOwnPageNamesTheErrorAndEscapesTheKey) {
  configure("site", kPlainSite);
  const auto page = get("/%3Cscript%3Ealert(%22x%22)%3C/script%3E&'");
  EXPECT_EQ(page.status, 404);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_TRUE(Says(page, "<title>404 Not Found</title>")) << page.body;
  EXPECT_TRUE(Says(page,
                   "<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n"
                   "<li>Key: &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;'</li>\n<li>RequestId: "))
      << page.body;
  EXPECT_FALSE(Says(page, "<script>")) << page.body;
  const auto broken = get("/%zz<b>");
  EXPECT_EQ(broken.status, 400);
  EXPECT_TRUE(Says(broken, "<li>Code: InvalidURI</li>")) << broken.body;
  EXPECT_TRUE(Says(broken, "&lt;b&gt;")) << broken.body;
}

TEST_F(Website, AnErrorDocumentThatIsMissingItselfIsAddedToThePage) {
  ASSERT_EQ(root.s3("DELETE", "/site/error.html").summary(), "204");
  const auto page = get("/nothing");
  EXPECT_EQ(page.status, 404);
  EXPECT_TRUE(Says(page, "<li>Key: nothing</li>")) << page.body;
  EXPECT_TRUE(Says(page,
                   "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n"
                   "<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n"
                   "<li>Key: error.html</li>\n</ul>"))
      << page.body;
}

TEST_F(Website, HeadGetsTheSameFieldsWithoutABody) {
  const auto found = send("HEAD", "/", "site.s3-website.localhost");
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.header("content-length"), "4");
  const auto missing = send("HEAD", "/nothing", "site.s3-website.localhost");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("x-amz-error-code"), "NoSuchKey");
  EXPECT_EQ(missing.header("content-length"), "5");
  EXPECT_TRUE(missing.body.empty());
}

TEST_F(Website, OtherMethodsAreNotAllowed) {
  for (const std::string method : {"PUT", "POST", "DELETE"}) {
    const auto page = send(method, "/index.html", "site.s3-website.localhost");
    EXPECT_EQ(page.status, 405) << method;
    EXPECT_TRUE(Says(page, "<li>Code: MethodNotAllowed</li>")) << page.body;
    EXPECT_TRUE(Says(page, "<li>Method: " + method + "</li>")) << page.body;
  }
  EXPECT_EQ(get("/index.html").body, "home");
}

TEST_F(Website, BucketsThatAreNoneOrHaveNoWebsiteAreNamed) {
  const auto none = send("GET", "/", "nowhere.s3-website.localhost");
  EXPECT_EQ(none.status, 404);
  EXPECT_TRUE(Says(none, "<li>Code: NoSuchBucket</li>")) << none.body;
  EXPECT_TRUE(Says(none, "<li>BucketName: nowhere</li>")) << none.body;
  ASSERT_EQ(root.s3("DELETE", "/site", "website").summary(), "204");
  const auto bare = get("/");
  EXPECT_EQ(bare.status, 404);
  EXPECT_TRUE(Says(bare, "<li>Code: NoSuchWebsiteConfiguration</li>")) << bare.body;
}

TEST_F(Website, ShowsOnlyWhatEverybodyMayReadEvenToTheOwnersBrowser) {
  ASSERT_EQ(root.s3("DELETE", "/site", "policy").summary(), "204");
  configure("site", kPlainSite);
  const auto page = get("/", {{"Authorization", "AWS4-HMAC-SHA256 Credential=whatever"}});
  EXPECT_EQ(page.status, 403);
  EXPECT_TRUE(Says(page, "<h1>403 Forbidden</h1>")) << page.body;
  EXPECT_TRUE(Says(page, "<li>Code: AccessDenied</li>\n<li>Message: Access Denied</li>")) << page.body;
}

TEST_F(Website, ThePublicAccessBlockClosesIt) {
  ASSERT_EQ(root.s3("PUT", "/site", "publicAccessBlock",
                    "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets>"
                    "</PublicAccessBlockConfiguration>")
                .summary(),
            "200");
  EXPECT_EQ(get("/").status, 403);
}

TEST_F(Website, RoutingRulesRedirectBeforeALookUpOrAfterItsError) {
  put("/site/old/here.html", "never shown", "text/html");
  const auto before = get("/old/here.html?x=1");
  EXPECT_EQ(before.status, 301);
  EXPECT_EQ(before.header("location"), "http://site.s3-website.localhost/new/here.html?x=1");
  EXPECT_EQ(before.body, "");
  put("/site/shop/open.html", "open", "text/html");
  EXPECT_EQ(get("/shop/open.html").body, "open");
  const auto after = get("/shop/gone.html");
  EXPECT_EQ(after.status, 307);
  EXPECT_EQ(after.header("location"), "https://shop.test/shop/gone.html");
}

TEST_F(Website, AllRequestsCanBeSentElsewhere) {
  configure("site",
            "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>example.test</HostName></RedirectAllRequestsTo>"
            "</WebsiteConfiguration>");
  const auto page = get("/a%20b/?q=1");
  EXPECT_EQ(page.status, 301);
  EXPECT_EQ(page.header("location"), "http://example.test/a%20b/?q=1");
}

TEST_F(Website, AnObjectsRedirectIsAHeaderOnTheRestEndpointAndFollowedOnTheWebsite) {
  put("/site/moved.html", "left behind", "text/html", {{"x-amz-website-redirect-location", "/photos/"}});
  const auto object = send("GET", "/moved.html", "site.s3.localhost");
  EXPECT_EQ(object.status, 200);
  EXPECT_EQ(object.header("x-amz-website-redirect-location"), "/photos/");
  EXPECT_EQ(send("HEAD", "/moved.html", "site.s3.localhost").header("x-amz-website-redirect-location"), "/photos/");
  const auto page = get("/moved.html");
  EXPECT_EQ(page.status, 301);
  EXPECT_EQ(page.header("location"), "/photos/");
  EXPECT_EQ(page.body, "");
  EXPECT_EQ(
      root.s3("PUT", "/site/bad", {}, "x", {{"x-amz-website-redirect-location", "javascript:alert(1)"}}).summary(),
      "400 InvalidRedirectLocation");
}

TEST_F(Website, TheConfigurationComesBackAsItWasRead) {
  const auto answer = root.s3("GET", "/site", "website");
  EXPECT_EQ(answer.element("Suffix"), "index.html");
  EXPECT_EQ(answer.element("HttpRedirectCode"), "307");
  EXPECT_EQ(root.s3("PUT", "/site", "website", "<WebsiteConfiguration/>").summary(), "400 InvalidArgument");
  EXPECT_EQ(root.s3("PUT", "/site", "website", "<Website/>").summary(), "400 MalformedXML");
}

TEST_F(Website, CorsRulesHoldForItsAnswers) {
  const auto preflight = send("OPTIONS", "/index.html", "site.s3-website.localhost",
                              {{"Origin", "https://app.test"}, {"Access-Control-Request-Method", "GET"}});
  EXPECT_EQ(preflight.status, 403);
  EXPECT_TRUE(Says(preflight, "<li>Code: AccessForbidden</li>")) << preflight.body;
}

}  // namespace
}  // namespace keymill::test
