#pragma once

#include <string>
#include <string_view>

#include "store/items.h"

/// Small switches of an account, in one record.
namespace keymill::iam {

/// As stored, or one without attributes that can be stored.
inline store::Item AccountSettings(const store::Reader& reader, std::string_view account, store::Millis now) {
  if (auto found = store::FindItem(reader, store::ItemKind::kAccountSettings, account)) return *std::move(found);
  store::Item settings;
  settings.kind = store::ItemKind::kAccountSettings;
  settings.owner = account;
  settings.created = settings.updated = now;
  return settings;
}

}  // namespace keymill::iam
