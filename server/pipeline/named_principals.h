#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/policy/document.h"
#include "store/records.h"
#include "store/txn.h"

/// Whom a stored policy means. AWS keeps a principal's unique id beside its ARN when a policy is stored: whoever gets
/// the name of a deleted user or role later is not meant, and readers are shown the id of what is gone (aws-facts D3).
/// Accounts that this server does not have are not looked into: there an ARN is whatever has that name.
namespace keymill::pipeline {

/// The users and roles that the policy names, by ARN: their unique ids, into `ids`. Returns the first name that is
/// nobody's, which AWS refuses: nullopt if there is none.
std::optional<std::string> FindNamed(const store::Reader& reader, const policy::Document& document,
                                     store::StringPairs& ids);

/// Makes a compiled policy mean those that `ids` says.
void BindNamed(policy::Document& document, const store::StringPairs& ids);

/// The policy as AWS shows it now: with the ARN that each principal has today, or the unique id of one that is gone.
std::string ShowNamed(const store::Reader& reader, std::string_view text, const store::StringPairs& ids);

/// As they are stored.
std::string EncodeNamed(const store::StringPairs& ids);
store::StringPairs DecodeNamed(std::string_view text);

}  // namespace keymill::pipeline
