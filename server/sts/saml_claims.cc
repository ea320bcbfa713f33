#include "server/sts/saml_claims.h"

#include <set>
#include <string>
#include <string_view>

namespace keymill::sts {
namespace {

struct Mapping {
  std::string_view attribute;  ///< its Name
  std::string_view key;
  bool list = false;  ///< else the first value alone counts
};

// Names stand as AWS's page prints them, even where the OID must be a slip. The SID of the primary group has a key of
// its own in the reference of STS's keys.
constexpr Mapping kMappings[] = {
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "saml:edupersonaffiliation", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "saml:edupersonnickname", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "saml:edupersonorgdn"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "saml:edupersonorgunitdn", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "saml:edupersonprimaryaffiliation"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "saml:edupersonprincipalname"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "saml:edupersonentitlement", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "saml:edupersonprimaryorgunitdn"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "saml:edupersonscopedaffiliation", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "saml:edupersontargetedid", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "saml:edupersonassurance", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "saml:eduorghomepageuri", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "saml:eduorgidentityauthnpolicyuri", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "saml:eduorglegalname", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "saml:eduorgsuperioruri", true},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "saml:eduorgwhitepagesuri", true},
    {"urn:oid:2.5.4.3", "saml:cn", true},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "saml:name"},
    {"http://schemas.xmlsoap.org/claims/CommonName", "saml:commonname"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "saml:givenname"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "saml:surname"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "saml:mail"},
    {"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", "saml:uid"},
    {"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", "saml:primarygroupsid"},
    {"2.5.4.3", "saml:commonname"},
    {"2.5.4.4", "saml:surname"},
    {"2.4.5.42", "saml:givenname"},
    {"2.5.4.45", "saml:x500uniqueidentifier"},
    {"0.9.2342.19200300100.1.1", "saml:uid"},
    {"0.9.2342.19200300100.1.3", "saml:mail"},
    {"0.9.2342.19200300.100.1.45", "saml:organizationstatus"},
};

}  // namespace

store::StringPairs AttributeKeys(const federation::SamlAssertion& assertion) {
  store::StringPairs keys;
  std::set<std::string_view> mapped;  // of several attributes for a key the first counts
  for (const Mapping& mapping : kMappings) {
    const auto* values = assertion.attribute(mapping.attribute);
    if (values == nullptr || values->empty() || !mapped.insert(mapping.key).second) continue;
    for (const std::string& value : *values) {
      keys.emplace_back(mapping.key, value);
      if (!mapping.list) break;
    }
  }
  return keys;
}

}  // namespace keymill::sts
