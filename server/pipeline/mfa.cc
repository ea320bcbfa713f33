#include "server/pipeline/mfa.h"

#include <algorithm>
#include <cstdlib>

#include "server/aws/totp.h"

namespace keymill::pipeline {
namespace {

const std::string* Find(const store::Item& device, std::string_view name) {
  for (const auto& [key, value] : device.attributes) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::int64_t Number(const store::Item& device, std::string_view name) {
  const std::string* text = Find(device, name);
  return text != nullptr ? std::strtoll(text->c_str(), nullptr, 10) : 0;
}

void Set(store::Item& device, std::string_view name, std::int64_t value) {
  std::erase_if(device.attributes, [&](const auto& attribute) { return attribute.first == name; });
  device.attributes.emplace_back(name, std::to_string(value));
}

bool BelongsTo(const store::Item& device, std::string_view owner_id) {
  const std::string* user = Find(device, kMfaUser);
  return user != nullptr && *user == owner_id;
}

}  // namespace

std::vector<store::Item> MfaDevicesOf(const store::Reader& reader, std::string_view account,
                                      std::string_view owner_id) {
  auto devices = store::ListItems(reader, store::ItemKind::kMfaDevice, account);
  std::erase_if(devices, [&](const store::Item& device) { return !BelongsTo(device, owner_id); });
  return devices;
}

bool CheckTotp(store::Txn& txn, std::string_view account, std::string_view owner_id, std::string_view serial,
               std::string_view code, store::Millis now) {
  auto device = store::FindItem(txn, store::ItemKind::kMfaDevice, account, serial);
  if (!device || !BelongsTo(*device, owner_id)) return false;
  const std::int64_t expected = aws::TotpCounter(now) + Number(*device, kMfaDrift);
  const std::int64_t unused = Number(*device, kMfaCounter) + 1;
  const auto counter =
      aws::FindTotp(device->secret, code, std::max(expected - kMfaTolerance, unused), expected + kMfaTolerance);
  if (!counter) return false;
  Set(*device, kMfaCounter, *counter);
  store::PutItem(txn, *device);
  return true;
}

bool SynchronizeTotp(store::Item& device, std::string_view first, std::string_view second, store::Millis now,
                     std::int64_t tolerance) {
  const std::int64_t current = aws::TotpCounter(now);
  for (std::int64_t last = current + tolerance; last >= current - tolerance;) {
    const auto counter = aws::FindTotp(device.secret, second, current - tolerance, last);
    if (!counter) return false;
    const bool unused = *counter - 1 > Number(device, kMfaCounter);
    if (unused && aws::FindTotp(device.secret, first, *counter - 1, *counter - 1)) {
      // Within the usual tolerance the clocks agree; what is more is the device's own time from now on.
      const std::int64_t ahead = *counter - current;
      Set(device, kMfaDrift, ahead >= -kMfaTolerance && ahead <= kMfaTolerance ? 0 : ahead);
      Set(device, kMfaCounter, *counter);
      return true;
    }
    last = *counter - 1;
  }
  return false;
}

}  // namespace keymill::pipeline
