#pragma once

#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "store/records.h"
#include "store/txn.h"

/// Passwords, MFA devices and identity providers as a seed has them.
namespace keymill::control {

boost::json::object ExportPasswordPolicy(const store::Reader& reader, const std::string& account);
boost::json::array ExportOidcProviders(const store::Reader& reader, const std::string& account);
boost::json::array ExportSamlProviders(const store::Reader& reader, const std::string& account);

// Only for exports with secrets: without theirs there is nothing left of them.
boost::json::array ExportMfaDevices(const store::Reader& reader, const std::string& account);
boost::json::object ExportLogin(const store::Reader& reader, const std::string& user_id);

}  // namespace keymill::control
