#pragma once

#include "server/federation/saml_assertion.h"
#include "store/records.h"

namespace keymill::sts {

/// The condition keys that attributes of an assertion give to trust policies, as IAM's user guide maps them
/// ("Configure SAML assertions for the authentication response"): saml:edupersonaffiliation, saml:cn and so on.
store::StringPairs AttributeKeys(const federation::SamlAssertion& assertion);

}  // namespace keymill::sts
