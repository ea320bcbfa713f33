#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/items.h"

/// MFA devices as IAM enables them and STS asks for them.
namespace keymill::pipeline {

/// The attributes of a stored device: store::ItemKind::kMfaDevice, owner the account, name the serial number (an ARN),
/// secret the seed.
inline constexpr std::string_view kMfaUser = "User";        ///< the owner's id; none = not assigned
inline constexpr std::string_view kMfaEnabled = "Enabled";  ///< when, in milliseconds
inline constexpr std::string_view kMfaCounter = "Counter";  ///< the last step whose code was used
inline constexpr std::string_view kMfaDrift = "Drift";      ///< steps that the device's clock is ahead

/// How far a device's clock may be off, in steps: AWS accepts the code before and the one after.
inline constexpr std::int64_t kMfaTolerance = 1;

/// The devices of a user (or of the root user, whose id is the account), in the order of their serial numbers.
std::vector<store::Item> MfaDevicesOf(const store::Reader& reader, std::string_view account, std::string_view owner_id);

/// True if `code` is the device's at `now`, and the device is that user's. Each code is good once: the commit that asks
/// makes it, and all codes before it, useless. For STS (GetSessionToken, AssumeRole: SerialNumber and TokenCode).
bool CheckTotp(store::Txn& txn, std::string_view account, std::string_view owner_id, std::string_view serial,
               std::string_view code, store::Millis now);

/// Two codes in a row, the second at most `tolerance` steps from `now`: sets the device's drift and uses them up.
bool SynchronizeTotp(store::Item& device, std::string_view first, std::string_view second, store::Millis now,
                     std::int64_t tolerance);

}  // namespace keymill::pipeline
