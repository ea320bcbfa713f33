// AssumeRoleWithSAML: an unsigned call with a response of a SAML provider.

#include <functional>

#include <gtest/gtest.h>

#include "server/aws/time.h"
#include "server/pipeline/clock.h"
#include "tests/federation/saml_issuer.h"
#include "tests/server/json.h"
#include "tests/server/sessions.h"

namespace keymill::test {
namespace {

constexpr char kProvider[] = "arn:aws:iam::123456789012:saml-provider/corp";
constexpr char kNotAuthorized[] = "Not authorized to perform sts:AssumeRoleWithSAML";
constexpr char kInvalidResponse[] = "Your request included an invalid SAML response.";
const std::string kAttributes = "https://aws.amazon.com/SAML/Attributes/";

std::string RoleArn(const std::string& name) {
  return "arn:aws:iam::123456789012:role/" + name;
}

std::string SamlTrust(const std::string& condition = {}, const std::string& actions = {}) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
         std::string(kProvider) + R"("},"Action":["sts:AssumeRoleWithSAML")" + actions + "]" +
         (condition.empty() ? "" : ",\"Condition\":" + condition) + "}]}";
}

std::string Equals(const std::string& key, const std::string& value) {
  return R"({"StringEquals":{")" + key + "\":\"" + value + "\"}}";
}

std::string In(std::int64_t seconds) {
  return aws::IsoMillis(pipeline::Clock::real() + seconds * 1000);
}

class SamlIdentity : public testing::Test {
 protected:
  void SetUp() override {
    server_.set_up();
    ASSERT_EQ(create_provider("corp", idp_.metadata()).summary(), "200");
    server_.make_role("staff", SamlTrust(), Allow("s3:*"));
  }
  tools::Answer create_provider(const std::string& name, const std::string& metadata) {
    return server_.root().query("iam", "CreateSAMLProvider", {{"Name", name}, {"SAMLMetadataDocument", metadata}});
  }
  static std::string confirmation(const std::string& recipient = "https://signin.aws.amazon.com/saml",
                                  std::int64_t lifetime = 300) {
    return R"(NotOnOrAfter=")" + In(lifetime) + R"(" Recipient=")" + recipient + '"';
  }
  static std::string conditions(std::int64_t begins = -5, std::int64_t ends = 300) {
    return R"(NotBefore=")" + In(begins) + R"(" NotOnOrAfter=")" + In(ends) + '"';
  }
  /// Ann in the role, as AWS wants it.
  static SamlText ann(const std::string& role = "staff") {
    SamlText text;
    text.issued = In(0);
    text.confirmation_data = confirmation();
    text.conditions = conditions();
    text.attributes = {{kAttributes + "Role", {RoleArn(role) + "," + kProvider}},
                       {kAttributes + "RoleSessionName", {"ann@example.com"}}};
    return text;
  }
  tools::Answer send(const std::string& xml, Parameters more = {}, const std::string& role = "staff",
                     const std::string& provider = kProvider) const {
    Parameters all{
        {"RoleArn", RoleArn(role)}, {"PrincipalArn", provider}, {"SAMLAssertion", sigv4::base64_encode(xml)}};
    all.insert(all.end(), more.begin(), more.end());
    return server_.unsigned_query("AssumeRoleWithSAML", std::move(all));
  }
  tools::Answer assume(const SamlText& text, const std::string& role = "staff") const {
    return send(idp_.respond(text), {}, role);
  }
  /// After a change to what is otherwise right.
  tools::Answer assume_with(const std::function<void(SamlText&)>& change) const {
    SamlText text = ann();
    change(text);
    return assume(text);
  }
  static std::string explained(const tools::Answer& answer) {
    return answer.status == 200 ? "200" : answer.summary() + ": " + answer.element("Message");
  }
  tools::Answer list(const tools::Answer& assumed) const {
    return server_.client(SessionOf(assumed)).s3("GET", "/box");
  }

  SessionServer server_;
  SamlIdp idp_{"ES256"};
};

TEST_F(SamlIdentity, MakesASessionThatWorksEverywhere) {
  const auto assumed = assume(ann());
  ASSERT_EQ(assumed.summary(), "200") << assumed.body;
  EXPECT_EQ(assumed.element("Subject"), "ann");
  EXPECT_EQ(assumed.element("SubjectType"), "persistent");
  EXPECT_EQ(assumed.element("Issuer"), "https://idp.example/saml");
  EXPECT_EQ(assumed.element("Audience"), "https://signin.aws.amazon.com/saml");
  // printf '%s' https://idp.example/saml123456789012/corp | openssl sha1 -binary | base64
  EXPECT_EQ(assumed.element("NameQualifier"), "MgAPItkqBqQq+7sgby8xPzwYyuA=");
  EXPECT_EQ(assumed.element("Arn"), "arn:aws:sts::123456789012:assumed-role/staff/ann@example.com");
  EXPECT_EQ(assumed.element("SourceIdentity"), "");
  EXPECT_EQ(list(assumed).summary(), "200");
  const auto caller = server_.client(SessionOf(assumed)).query("sts", "GetCallerIdentity");
  EXPECT_EQ(caller.element("Arn"), "arn:aws:sts::123456789012:assumed-role/staff/ann@example.com");
  EXPECT_EQ(server_.client(SessionOf(assumed)).query("sts", "GetSessionToken").summary(), "403 AccessDenied");
  server_.delete_role("staff");
  EXPECT_EQ(list(assumed).summary(), "403 InvalidAccessKeyId");
}

TEST_F(SamlIdentity, RoleAndProviderMustBeWhatTheyAreCalled) {
  // Issue 12 of onelogin-aws-cli, issue 536 of saml2aws.
  auto swapped = [&](const std::string& role, const std::string& provider) {
    const std::string response = sigv4::base64_encode(idp_.respond(ann()));
    return explained(server_.unsigned_query(
        "AssumeRoleWithSAML", {{"RoleArn", role}, {"PrincipalArn", provider}, {"SAMLAssertion", response}}));
  };
  EXPECT_EQ(swapped(kProvider, RoleArn("staff")), "400 ValidationError: Request ARN is invalid");
  EXPECT_EQ(swapped(RoleArn("staff"), RoleArn("staff")), "400 ValidationError: Principal ARN is invalid");
  // Issue 80 of aws-runas.
  constexpr char kPattern[] = R"([\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+)";
  const auto clauses = [&](const std::string& name) {
    const std::string place = "Value '' at '" + name + "' failed to satisfy constraint: Member must ";
    return place + "satisfy regular expression pattern: " + kPattern + "; " + place +
           "have length greater than or equal to 20";
  };
  EXPECT_EQ(swapped("", ""), "400 ValidationError: 4 validation errors detected: " + clauses("roleArn") + "; " +
                                 clauses("principalArn"));
}

TEST_F(SamlIdentity, RefusesResponsesThatAreNotTheProviders) {
  const auto forged = send(SamlIdp("ES256").respond(ann()));
  EXPECT_EQ(explained(forged), "400 InvalidIdentityToken: Response signature invalid");
  EXPECT_EQ(explained(send(SamlResponseText(ann().text()))), "400 InvalidIdentityToken: Response signature invalid");
  EXPECT_EQ(explained(assume_with([](SamlText& text) { text.issuer = "https://other.example"; })),
            "400 InvalidIdentityToken: Issuer not present in specified provider");
  EXPECT_EQ(explained(send(idp_.respond(ann()), {}, "staff", "arn:aws:iam::123456789012:saml-provider/other")),
            "400 InvalidIdentityToken: Specified provider doesn't exist");
  EXPECT_EQ(explained(send(idp_.respond(ann()), {}, "staff", "arn:aws:iam::210987654321:saml-provider/corp")),
            "400 InvalidIdentityToken: Specified provider doesn't exist");
  EXPECT_EQ(send(idp_.respond(ann()), {}, "staff", "arn:aws:s3:::corp-is-no-provider").summary(),
            "400 ValidationError");
}

TEST_F(SamlIdentity, TellsWhatIsWrongWithAResponse) {
  const std::string invalid = std::string("400 InvalidIdentityToken: ") + kInvalidResponse;
  EXPECT_EQ(explained(send("<html></html>")), invalid);
  EXPECT_EQ(explained(send("<!DOCTYPE x>" + idp_.respond(ann()))), invalid);
  EXPECT_EQ(explained(send(SamlResponseText("", "Responder"))),
            "403 IDPRejectedClaim: The identity provider reported that authentication failed");
  EXPECT_EQ(explained(send(SamlResponseText(
                R"(<s:EncryptedAssertion xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion"></s:EncryptedAssertion>)"))),
            "400 InvalidIdentityToken: The specified provider has no private key to decrypt with");
  const Parameters no_base64{
      {"RoleArn", RoleArn("staff")}, {"PrincipalArn", kProvider}, {"SAMLAssertion", "<samlp:Response/>"}};
  EXPECT_EQ(explained(server_.unsigned_query("AssumeRoleWithSAML", no_base64)),
            "400 InvalidIdentityToken: Invalid base64 SAMLResponse");
  EXPECT_EQ(send(std::string(75'003, 'a')).summary(), "400 ValidationError");
  EXPECT_EQ(explained(send(std::string(75'000, 'a'))), invalid);
  EXPECT_EQ(assume(ann()).summary(), "200") << "nothing was lost";
}

TEST_F(SamlIdentity, ReadsBase64InLines) {
  std::string text = sigv4::base64_encode(idp_.respond(ann()));
  for (std::size_t at = 76; at < text.size(); at += 78) text.insert(at, "\r\n");
  EXPECT_EQ(server_
                .unsigned_query("AssumeRoleWithSAML",
                                {{"RoleArn", RoleArn("staff")}, {"PrincipalArn", kProvider}, {"SAMLAssertion", text}})
                .summary(),
            "200");
}

TEST_F(SamlIdentity, MustBeForAws) {
  const auto to = [&](const std::string& recipient) {
    return explained(assume_with([&](SamlText& text) { text.confirmation_data = confirmation(recipient); }));
  };
  const std::string invalid = std::string("400 InvalidIdentityToken: ") + kInvalidResponse;
  for (const char* recipient :
       {"https://signin.aws.amazon.com/static/saml", "https://us-east-2.signin.aws.amazon.com/saml",
        "https://eu-west-1.signin.aws.amazon.com/saml/acs/SAMLSPA"}) {
    EXPECT_EQ(to(recipient), "200") << recipient;
  }
  for (const char* recipient :
       {"https://idp.example/saml", "http://signin.aws.amazon.com/saml", "https://signin.aws.amazon.com/samlet", "",
        "https://evil.example/x.signin.aws.amazon.com/saml", "https://evilsignin.aws.amazon.com/saml",
        "https://evil@signin.aws.amazon.com/saml", "https://.signin.aws.amazon.com/saml"}) {
    EXPECT_EQ(to(recipient), invalid) << recipient;
  }
  const auto audience = [&](const std::string& elements) {
    return explained(assume_with([&](SamlText& text) { text.audience = elements; }));
  };
  const std::string other = "<saml:Audience>https://other.example</saml:Audience>";
  EXPECT_EQ(audience("<saml:Audience>https://signin.aws.amazon.com/saml</saml:Audience>"), "200");
  EXPECT_EQ(audience(other + "<saml:Audience>urn:amazon:webservices</saml:Audience>"), "200");
  EXPECT_EQ(audience(other), "400 InvalidIdentityToken: Response does not contain the required audience.");
  EXPECT_EQ(audience(""), "400 InvalidIdentityToken: Response does not contain the required audience.");
  EXPECT_EQ(audience("<saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction>"
                     "<saml:AudienceRestriction>" +
                     other),
            "400 InvalidIdentityToken: Response does not contain the required audience.")
      << "each restriction must be met";
}

TEST_F(SamlIdentity, MustBeConfirmedOnceForItsBearer) {
  const std::string invalid = std::string("400 InvalidIdentityToken: ") + kInvalidResponse;
  EXPECT_EQ(
      explained(assume_with([](SamlText& text) { text.method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"; })),
      invalid);
  EXPECT_EQ(explained(assume_with(
                [](SamlText& text) { text.confirmation_data = R"(Recipient="https://signin.aws.amazon.com/saml")"; })),
            invalid);
  EXPECT_EQ(explained(assume_with([](SamlText& text) {
              text.name_id += R"(<saml:SubjectConfirmation Method="x"></saml:SubjectConfirmation>)";
            })),
            invalid);
  EXPECT_EQ(explained(assume_with([](SamlText& text) { text.name_id = ""; })),
            std::string("403 AccessDenied: ") + kNotAuthorized);
}

TEST_F(SamlIdentity, GoesByTheServersClock) {
  const std::string expired = "400 ExpiredTokenException: Response has expired";
  EXPECT_EQ(explained(assume_with([](SamlText& text) { text.conditions = conditions(-60, 0); })), expired);
  EXPECT_EQ(explained(assume_with([](SamlText& text) {
              text.confirmation_data = confirmation("https://signin.aws.amazon.com/saml", 0);
            })),
            expired);
  EXPECT_EQ(explained(assume_with([](SamlText& text) { text.session = R"( SessionNotOnOrAfter=")" + In(0) + '"'; })),
            expired);
  EXPECT_EQ(assume_with([](SamlText& text) { text.conditions = conditions(120); }).summary(), "403 IDPRejectedClaim");
  EXPECT_EQ(assume_with([](SamlText& text) { text.conditions = conditions(30); }).summary(), "200") << "clocks differ";
  SamlText lasting = ann();
  lasting.confirmation_data = confirmation("https://signin.aws.amazon.com/saml", 3600);
  lasting.conditions = conditions(-5, 3600);
  const std::string xml = idp_.respond(lasting);
  server_.app().clock().set_offset(299'000);
  EXPECT_EQ(send(xml).summary(), "200");
  server_.app().clock().set_offset(301'000);
  EXPECT_EQ(explained(send(xml)), "400 ExpiredTokenException: Token must be redeemed within 5 minutes of issuance");
  server_.app().clock().set_offset(-120'000);
  EXPECT_EQ(send(xml).summary(), "403 IDPRejectedClaim") << "issued in the future";
}

TEST_F(SamlIdentity, TheProviderNamesTheRolesOfAUser) {
  const std::string refused = std::string("403 AccessDenied: ") + kNotAuthorized;
  server_.make_role("admin", SamlTrust(), Allow("*"));
  EXPECT_EQ(explained(assume(ann(), "admin")), refused) << "trusted, but not given";
  const auto with_roles = [&](std::vector<std::string> pairs) {
    return explained(assume_with([&](SamlText& text) { text.attributes.front().second = std::move(pairs); }));
  };
  EXPECT_EQ(with_roles({"a,b", std::string(kProvider) + ", " + RoleArn("staff")}), "200") << "either order";
  EXPECT_EQ(with_roles({RoleArn("staff") + ",arn:aws:iam::123456789012:saml-provider/other"}), refused);
  EXPECT_EQ(with_roles({RoleArn("staff")}), refused);
  EXPECT_EQ(with_roles({}), std::string("400 InvalidIdentityToken: ") + kInvalidResponse);
  EXPECT_EQ(explained(assume(ann("gone"), "gone")), refused);
  EXPECT_EQ(explained(assume(ann("reader"), "reader")), refused) << "a role that trusts somebody else";
}

TEST_F(SamlIdentity, ChecksNamesAsAwsWordsIt) {
  const auto named = [&](std::vector<std::string> names) {
    return explained(assume_with([&](SamlText& text) { text.attributes.back().second = std::move(names); }));
  };
  const std::string must =
      "400 InvalidIdentityToken: RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}";
  EXPECT_EQ(named({}), "400 InvalidIdentityToken: RoleSessionName is required in AuthnResponse");
  EXPECT_EQ(explained(assume_with([](SamlText& text) { text.attributes.pop_back(); })),
            "400 InvalidIdentityToken: RoleSessionName is required in AuthnResponse");
  EXPECT_EQ(named({"a"}), must);
  EXPECT_EQ(named({"John Doe"}), must);
  EXPECT_EQ(named({std::string(65, 'a')}), must);
  EXPECT_EQ(named({std::string(64, 'a')}), "200");
  EXPECT_EQ(explained(assume_with([](SamlText& text) {
              text.attributes.push_back({kAttributes + "SourceIdentity", {"aws:ann"}});
            })),
            "400 InvalidIdentityToken: Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "
            "&quot;aws:&quot;");
}

TEST_F(SamlIdentity, TheTrustPolicyDecidesByWhatTheAssertionSays) {
  const auto role = [&](const std::string& name, const std::string& condition) {
    server_.make_role(name, SamlTrust(condition), Allow("s3:*"));
    SamlText text = ann(name);
    text.attributes.push_back({"urn:oid:1.3.6.1.4.1.5923.1.1.1.1", {"staff", "member"}});
    text.attributes.push_back({"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", {"a@b", "c@d"}});
    return assume(text, name).summary();
  };
  int number = 0;
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"SAML:aud", "https://signin.aws.amazon.com/saml"},
                                                        {"SAML:iss", "https://idp.example/saml"},
                                                        {"saml:sub", "ann"},
                                                        {"saml:sub_type", "persistent"},
                                                        {"saml:namequalifier", "MgAPItkqBqQq+7sgby8xPzwYyuA="},
                                                        {"saml:doc", "123456789012/corp"},
                                                        {"saml:mail", "a@b"},
                                                        {"sts:RoleSessionName", "ann@example.com"},
                                                        {"aws:FederatedProvider", kProvider}}) {
    EXPECT_EQ(role("yes" + std::to_string(number), Equals(key, value)), "200") << key;
    EXPECT_EQ(role("no" + std::to_string(number++), Equals(key, "x" + value)), "403 AccessDenied") << key;
  }
  EXPECT_EQ(role("any", R"({"ForAnyValue:StringEquals":{"saml:edupersonaffiliation":"member"}})"), "200");
  EXPECT_EQ(role("all", R"({"ForAllValues:StringEquals":{"saml:edupersonaffiliation":"member"}})"), "403 AccessDenied");
  EXPECT_EQ(role("first", Equals("saml:mail", "c@d")), "403 AccessDenied") << "mail has one value";
}

TEST_F(SamlIdentity, NobodyCanAddWhatTheAssertionDoesNotSay) {
  server_.make_role("wary", SamlTrust(Equals("sts:RoleSessionName", "boss")), Allow("s3:*"));
  server_.make_role("warier", SamlTrust(Equals("sts:SourceIdentity", "boss")), Allow("s3:*"));
  EXPECT_EQ(send(idp_.respond(ann("wary")), {{"RoleSessionName", "boss"}}, "wary").summary(), "403 AccessDenied");
  EXPECT_EQ(send(idp_.respond(ann("warier")), {{"SourceIdentity", "boss"}}, "warier").summary(), "403 AccessDenied");
}

TEST_F(SamlIdentity, ASessionKeepsWhoseItIs) {
  const auto own = [&](const std::string& name, const std::string& condition) {
    server_.make_role(name, SamlTrust(),
                      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*",)"
                      R"("Condition":)" +
                          condition + "}]}");
    return list(assume(ann(name), name)).summary();
  };
  EXPECT_EQ(own("own", R"({"StringEquals":{"saml:sub":"ann","saml:sub_type":"persistent","saml:namequalifier":)"
                       R"("MgAPItkqBqQq+7sgby8xPzwYyuA=","aws:FederatedProvider":")" +
                           std::string(kProvider) + R"("}})"),
            "200");
  EXPECT_EQ(own("foreign", Equals("saml:sub", "eve")), "403 AccessDenied");
  EXPECT_EQ(own("issuer", Equals("saml:iss", "https://idp.example/saml")), "403 AccessDenied")
      << "a key for trust policies only";
}

TEST_F(SamlIdentity, SessionTagsNeedTagSession) {
  const auto tagged = [&](const std::string& role) {
    SamlText text = ann(role);
    text.attributes.push_back({kAttributes + "PrincipalTag:Team", {"red"}});
    text.attributes.push_back({kAttributes + "TransitiveTagKeys", {"Team"}});
    return assume(text, role);
  };
  EXPECT_EQ(tagged("staff").element("Message"), "Not authorized to perform sts:TagSession");
  const std::string by_tag =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","sts:*"],"Resource":"*",)"
      R"("Condition":{"StringEquals":{"aws:PrincipalTag/Team":"red"}}}]})";
  server_.make_role("tagged", SamlTrust(Equals("aws:RequestTag/team", "red"), R"(,"sts:TagSession")"), by_tag);
  const auto session = tagged("tagged");
  ASSERT_EQ(session.summary(), "200") << session.body;
  EXPECT_NE(session.element("PackedPolicySize"), "");
  EXPECT_EQ(list(session).summary(), "200");
  EXPECT_EQ(assume(ann("tagged"), "tagged").summary(), "403 AccessDenied");
  // A chained session inherits the transitive tag.
  server_.make_role("next", Trust(RoleArn("tagged")), by_tag);
  const auto chained = server_.assume(server_.client(SessionOf(session)), "next");
  ASSERT_EQ(chained.summary(), "200") << chained.body;
  EXPECT_EQ(list(chained).summary(), "200");
  EXPECT_EQ(server_.assume(server_.client(SessionOf(session)), "next", {{"DurationSeconds", "3601"}}).summary(),
            "400 ValidationError");
}

TEST_F(SamlIdentity, SourceIdentityNeedsItsOwnPermission) {
  const auto sourced = [&](const std::string& role) {
    SamlText text = ann(role);
    text.attributes.push_back({kAttributes + "SourceIdentity", {"ann"}});
    return assume(text, role);
  };
  EXPECT_EQ(sourced("staff").element("Message"), "Not authorized to perform sts:SetSourceIdentity");
  server_.make_role("source", SamlTrust(Equals("sts:SourceIdentity", "ann"), R"(,"sts:SetSourceIdentity")"),
                    Allow("s3:*"));
  EXPECT_EQ(sourced("source").element("SourceIdentity"), "ann");
}

TEST_F(SamlIdentity, PoliciesAndDurationsLimitTheSession) {
  const std::string xml = idp_.respond(ann());
  const auto limited = send(xml, {{"Policy", Allow("s3:PutObject")}});
  EXPECT_EQ(limited.summary(), "200");
  EXPECT_EQ(list(limited).summary(), "403 AccessDenied");
  EXPECT_EQ(send(xml, {{"Policy", "{"}}).summary(), "400 MalformedPolicyDocument");
  EXPECT_EQ(send(xml, {{"DurationSeconds", "3601"}}).element("Message"),
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_EQ(send(xml, {{"DurationSeconds", "899"}}).summary(), "400 ValidationError");
}

TEST_F(SamlIdentity, TheProviderCanOnlyShortenASession) {
  const auto lasts = [&](const tools::Answer& answer) {
    const auto ends = aws::ParseIso(answer.element("Expiration"));
    return ends ? (*ends - pipeline::Clock::real() + 5'000) / 10'000 * 10 : -1;  // seconds, to ten
  };
  const auto with = [&](const std::string& seconds) {
    return assume_with([&](SamlText& text) {
      text.attributes.push_back({kAttributes + "SessionDuration", {seconds}});
    });
  };
  EXPECT_EQ(lasts(assume(ann())), 3600);
  EXPECT_EQ(lasts(with("900")), 900);
  EXPECT_EQ(lasts(with("43200")), 3600) << "that is for the console";
  EXPECT_EQ(lasts(assume_with([](SamlText& text) { text.session = R"( SessionNotOnOrAfter=")" + In(600) + '"'; })),
            600);
  for (const char* seconds : {"899", "43201", "1h", ""}) {
    EXPECT_EQ(with(seconds).summary(), "400 InvalidIdentityToken") << seconds;
  }
}

TEST_F(SamlIdentity, ChangesOfTheProviderCountAtOnce) {
  const auto before = assume(ann());
  const SamlIdp next("ES384");
  const auto update = [&](const std::string& metadata) {
    return server_.root()
        .query("iam", "UpdateSAMLProvider", {{"SAMLProviderArn", kProvider}, {"SAMLMetadataDocument", metadata}})
        .summary();
  };
  EXPECT_EQ(update(next.metadata()), "200");
  EXPECT_EQ(explained(assume(ann())), "400 InvalidIdentityToken: Response signature invalid");
  EXPECT_EQ(send(next.respond(ann())).summary(), "200");
  EXPECT_EQ(update(idp_.metadata(R"( validUntil="2020-01-01T00:00:00Z")")), "200");
  EXPECT_EQ(assume(ann()).summary(), "400 InvalidIdentityToken") << "the metadata says so itself";
  EXPECT_EQ(update(idp_.metadata()), "200");
  EXPECT_EQ(assume(ann()).summary(), "200");
  server_.root().query("iam", "DeleteSAMLProvider", {{"SAMLProviderArn", kProvider}});
  EXPECT_EQ(explained(assume(ann())), "400 InvalidIdentityToken: Specified provider doesn't exist");
  EXPECT_EQ(list(before).summary(), "200") << "sessions that were made live on";
}

}  // namespace
}  // namespace keymill::test
