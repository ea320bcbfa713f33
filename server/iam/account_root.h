#pragma once

#include <algorithm>

#include "store/principals.h"

namespace keymill::iam {

/// When the account came to be. There is no record of it: the oldest thing in it tells.
inline store::Millis AccountCreated(const store::Reader& reader, const std::string& account) {
  store::Millis oldest = 0;
  const auto note = [&](store::Millis time) { oldest = oldest == 0 ? time : std::min(oldest, time); };
  for (const store::AccessKey& key : store::ListAccessKeys(reader, account)) note(key.created);
  for (const store::User& user : store::ListUsers(reader, account, {}, {}, ~std::size_t{0})) note(user.created);
  return oldest;
}

}  // namespace keymill::iam
