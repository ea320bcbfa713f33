#include "server/iam/mfa_devices.h"

#include <algorithm>

#include "server/aws/arn.h"
#include "server/aws/ids.h"
#include "server/aws/time.h"
#include "server/aws/totp.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/fields.h"
#include "server/iam/owner.h"
#include "server/iam/page.h"
#include "server/iam/qr_code.h"
#include "server/iam/quotas.h"
#include "server/iam/tags.h"
#include "server/iam/users.h"
#include "server/pipeline/mfa.h"
#include "server/pipeline/permissions.h"
#include "sigv4/encoding.h"
#include "store/accounts.h"

namespace keymill::iam {
namespace {

using store::Item;
using store::ItemKind;

constexpr std::size_t kSeedSize = 40;  // bytes: AWS's seeds have 64 characters of base32
constexpr std::size_t kPixels = 4;     // a module of the QR code
constexpr std::int64_t kResyncSteps =
    120;  // how far off the clock of a device may be that is synchronised anew: an hour

/// [\w+=/:,.@-]+
bool IsSerial(std::u32string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char32_t c) {
    return c == U'/' || c == U':' || IsName(std::u32string_view(&c, 1));
  });
}
bool IsDigits(std::u32string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

constexpr std::string_view kAssignments[] = {"Assigned", "Unassigned", "Any"};
constexpr aws::StringRule kCodeRule{.min = 6, .max = 6, .matches = &IsDigits, .pattern = R"([\d]+)"};
constexpr aws::StringField kCode1{"AuthenticationCode1", kCodeRule};
constexpr aws::StringField kCode2{"AuthenticationCode2", kCodeRule};
constexpr aws::StringField kSerialNumber{"SerialNumber",
                                         {.min = 9, .max = 256, .matches = &IsSerial, .pattern = R"([\w+=/:,.@-]+)"}};
constexpr aws::StringField kDeviceName{"VirtualMFADeviceName",
                                       {.min = 1, .max = 226, .matches = &IsName, .complaint = kNameComplaint}};
constexpr aws::StringField kAssignmentStatus{"AssignmentStatus", {.values = kAssignments}};

Result<Item> RequireDevice(const store::Reader& reader, const std::string& account, const std::string& serial) {
  if (auto device = store::FindItem(reader, ItemKind::kMfaDevice, account, serial)) return *std::move(device);
  return aws::Error(NoSuchEntity, "VirtualMFADevice with serial number " + serial + " doesn't exist.");
}

std::string UserOf(const Item& device) {
  return Attribute(device.attributes, pipeline::kMfaUser);
}

/// The device, if it is that user's; without a name the signer's.
Result<Item> RequireDeviceOf(const store::Reader& reader, const pipeline::Identity& signer,
                             const std::optional<std::string>& name, const std::string& serial) {
  auto owner = FindOwner(reader, signer, name);
  if (!owner) return owner.error();
  auto device = store::FindItem(reader, ItemKind::kMfaDevice, owner->account, serial);
  if (!device || UserOf(*device) != owner->id) return aws::Error(NoSuchEntity, "MFA Device invalid for user.");
  return *std::move(device);
}

/// Who has a device changes devices of its own only in a session that was opened with one: a stolen key is not enough.
Result<> CheckOwnSession(const store::Reader& reader, const pipeline::Identity& signer, const std::string& owner_id) {
  if (signer.kind != pipeline::Identity::Kind::kUser || signer.user_id != owner_id) return {};
  if (signer.session && signer.session->facts.mfa_time != 0) return {};
  if (pipeline::MfaDevicesOf(reader, signer.account, owner_id).empty()) return {};
  return aws::Error(
      AccessDenied,
      "To complete this action, please ensure that you are authenticated with an MFA device that is enabled "
      "for this user.");
}

/// What EnableMFADevice and ResyncMFADevice are told.
struct TwoCodes {
  std::string user_name, serial, first, second;
};
TwoCodes ReadTwoCodes(aws::Form& form) {
  TwoCodes given;
  given.user_name = form.required(kUserName);
  given.serial = form.required(kSerialNumber);
  given.first = form.required(kCode1);
  given.second = form.required(kCode2);
  return given;
}

std::string EnableDate(const Item& device) {
  return aws::IsoSeconds(NumberAttribute(device.attributes, pipeline::kMfaEnabled));
}

aws::Error WrongCode() {
  return {InvalidAuthenticationCode, "Authentication code for device is not valid."};
}

/// What authenticator apps scan (Google Authenticator's key URI format): AWS names the device and the account.
std::string KeyUri(const Item& device, const std::string& seed) {
  const std::string_view serial = device.name;
  const std::string label = std::string(serial.substr(serial.rfind('/') + 1)) + "@" + device.owner;
  return "otpauth://totp/Amazon%20Web%20Services:" + sigv4::uri_encode(label) + "?secret=" + seed +
         "&issuer=Amazon%20Web%20Services";
}

}  // namespace

constexpr TaggedKind<Item> kTaggedMfaDevice{kSerialNumber, "TagsPerMFADevice", &RequireDevice};

Result<Item> ReadCreateMfaDevice(const aws::Form::Pairs& pairs, std::string_view account, store::Millis now) {
  aws::Form form(pairs, aws::Form::Style::kIam);
  Item device;
  device.kind = ItemKind::kMfaDevice;
  device.owner = account;
  device.created = now;
  device.secret = aws::RandomBytes(kSeedSize);
  const std::string path = form.optional(kPath).value_or("/");
  const std::string name = form.required(kDeviceName);
  device.tags = form.pairs(kTags, kTagKey, kTagValue);
  if (auto refusal = form.refusal()) return *refusal;
  if (auto refusal = CheckTags(device.tags)) return *refusal;
  device.name = aws::IamArn(device.owner, "mfa", path, name);
  return device;
}

Result<> AssignMfaDevice(const store::Reader& reader, Item& device, const std::string& owner_id, store::Millis now) {
  if (!UserOf(device).empty()) return aws::Error(EntityAlreadyExists, "MFA Device is already in use.");
  if (pipeline::MfaDevicesOf(reader, device.owner, owner_id).size() >= kMaxMfaDevices) {
    return QuotaExceeded("MFADevicesPerUser", kMaxMfaDevices);
  }
  SetAttribute(device.attributes, pipeline::kMfaUser, owner_id);
  SetAttribute(device.attributes, pipeline::kMfaEnabled, std::to_string(now));
  return {};
}

Task<Result<http::Response>> CreateVirtualMFADevice(pipeline::Call& call) {
  auto read = ReadCreateMfaDevice(call.params().all(), call.identity().account, call.now());
  if (!read) co_return read.error();
  const Item& device = *read;
  auto create = [&](store::Txn& txn) -> Result<> {
    if (store::FindItem(txn, device.kind, device.owner, device.name)) {
      return aws::Error(EntityAlreadyExists, "MFADevice entity at the same path and name already exists.");
    }
    store::PutItem(txn, device);
    return {};
  };
  auto created = co_await call.commit(create);
  if (!created) co_return created.error();
  const std::string seed = aws::Base32Encode(device.secret);
  const auto image = QrCode::Encode(KeyUri(device, seed));
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("VirtualMFADevice").text("SerialNumber", device.name);
    xml.text("Base32StringSeed", sigv4::base64_encode(seed));
    if (image) xml.text("QRCodePNG", sigv4::base64_encode(QrPng(*image, kPixels)));
    if (!device.tags.empty()) WriteTags(xml, device.tags);
    xml.close();
  });
}

Task<Result<http::Response>> DeleteVirtualMFADevice(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string serial = form.required(kSerialNumber);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto remove = [&](store::Txn& txn) -> Result<> {
    auto device = RequireDevice(txn, call.identity().account, serial);
    if (!device) return device.error();
    if (!UserOf(*device).empty()) {
      return aws::Error(DeleteConflict, "MFA VirtualDevice in use. Must deactivate first.");
    }
    store::EraseItem(txn, *device);
    return {};
  };
  co_return co_await CommitThenAnswer(call, remove);
}

Task<Result<http::Response>> ListVirtualMFADevices(pipeline::Call& call) {
  struct Entry {
    Item device;
    std::optional<store::User> user;
    bool roots;
  };
  const std::string& account = call.identity().account;
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string status = form.optional(kAssignmentStatus).value_or("Any");
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  store::Millis account_created = 0;
  auto list = [&](const store::Reader& reader) {
    if (auto found = store::FindAccount(reader, account)) account_created = found->created;
    std::vector<Entry> entries;
    for (Item& device : store::ListItems(reader, ItemKind::kMfaDevice, account)) {
      const std::string user = UserOf(device);
      if (status != "Any" && (status == "Assigned") == user.empty()) continue;
      entries.push_back({std::move(device), store::FindUserById(reader, user), user == account});
    }
    return entries;
  };
  auto entries = co_await call.read(list);
  const bool truncated = Slice(entries, page, [](const Entry& entry) { return entry.device.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("VirtualMFADevices");
    for (const Entry& entry : entries) {
      xml.open("member").text("SerialNumber", entry.device.name);
      if (entry.user || entry.roots) {
        xml.open("User");
        entry.user ? WriteUser(xml, *entry.user) : WriteRootUser(xml, account, account_created);
        xml.close().text("EnableDate", EnableDate(entry.device));
      }
      xml.close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? entries.back().device.name : std::string_view{});
  });
}

Task<Result<http::Response>> EnableMFADevice(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const TwoCodes given = ReadTwoCodes(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto enable = [&](store::Txn& txn) -> Result<> {
    auto user = RequireUser(txn, call.identity().account, given.user_name);
    if (!user) return user.error();
    auto device = RequireDevice(txn, user->account, given.serial);
    if (!device) return device.error();
    if (auto checked = CheckOwnSession(txn, call.identity(), user->id); !checked) return checked;
    if (auto assigned = AssignMfaDevice(txn, *device, user->id, call.now()); !assigned) return assigned;
    if (!pipeline::SynchronizeTotp(*device, given.first, given.second, call.now(), pipeline::kMfaTolerance))
      return WrongCode();
    store::PutItem(txn, *device);
    return {};
  };
  co_return co_await CommitThenAnswer(call, enable);
}

Task<Result<http::Response>> ResyncMFADevice(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const TwoCodes given = ReadTwoCodes(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto resync = [&](store::Txn& txn) -> Result<> {
    auto device = RequireDeviceOf(txn, call.identity(), given.user_name, given.serial);
    if (!device) return device.error();
    if (!pipeline::SynchronizeTotp(*device, given.first, given.second, call.now(), kResyncSteps)) return WrongCode();
    store::PutItem(txn, *device);
    return {};
  };
  co_return co_await CommitThenAnswer(call, resync);
}

Task<Result<http::Response>> DeactivateMFADevice(pipeline::Call& call) {
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = form.optional(kUserName);
  const std::string serial = form.required(kSerialNumber);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto deactivate = [&](store::Txn& txn) -> Result<> {
    auto device = RequireDeviceOf(txn, call.identity(), name, serial);
    if (!device) return device.error();
    if (auto checked = CheckOwnSession(txn, call.identity(), UserOf(*device)); !checked) return checked;
    device->attributes.clear();
    store::PutItem(txn, *device);
    return {};
  };
  co_return co_await CommitThenAnswer(call, deactivate);
}

Task<Result<http::Response>> GetMFADevice(pipeline::Call& call) {
  struct Found {
    Item device;
    std::string user_name;
  };
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const std::string serial = form.required(kSerialNumber);
  const auto name = form.optional(kShortUserName);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto find = [&](const store::Reader& reader) -> Result<Found> {
    auto device = RequireDevice(reader, call.identity().account, serial);
    if (!device) return device.error();
    auto user = store::FindUserById(reader, UserOf(*device));
    if (!user || (name && !sigv4::equals_ignoring_case(*name, user->name))) {
      return aws::Error(NoSuchEntity, "MFA Device invalid for user.");
    }
    return Found{*std::move(device), user->name};
  };
  auto found = co_await call.read(find);
  if (!found) co_return found.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("UserName", found->user_name).text("SerialNumber", serial).text("EnableDate", EnableDate(found->device));
  });
}

Task<Result<http::Response>> ListMFADevices(pipeline::Call& call) {
  struct Listing {
    std::string user_name;
    std::vector<Item> devices;
  };
  aws::Form form(call.params().all(), aws::Form::Style::kIam);
  const auto name = form.optional(kUserName);
  const Page page = ReadPage(form);
  if (auto refusal = form.refusal()) co_return *refusal;
  auto list = [&](const store::Reader& reader) -> Result<Listing> {
    auto owner = FindOwner(reader, call.identity(), name);
    if (!owner) return owner.error();
    return Listing{owner->name(), pipeline::MfaDevicesOf(reader, owner->account, owner->id)};
  };
  auto listing = co_await call.read(list);
  if (!listing) co_return listing.error();
  auto& devices = listing->devices;
  const bool truncated = Slice(devices, page, [](const Item& device) { return device.name; });
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.open("MFADevices");
    for (const Item& device : devices) {
      xml.open("member").text("UserName", listing->user_name).text("SerialNumber", device.name);
      xml.text("EnableDate", EnableDate(device)).close();
    }
    xml.close();
    WritePageEnd(xml, truncated, truncated ? devices.back().name : std::string_view{});
  });
}

}  // namespace keymill::iam
