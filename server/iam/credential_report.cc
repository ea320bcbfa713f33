#include "server/iam/credential_report.h"

#include <algorithm>
#include <array>
#include <limits>

#include "server/aws/arn.h"
#include "server/aws/time.h"
#include "server/iam/answer.h"
#include "server/iam/attributes.h"
#include "server/iam/errors.h"
#include "server/iam/password_policy.h"
#include "server/iam/users.h"
#include "server/pipeline/mfa.h"
#include "sigv4/encoding.h"
#include "store/accounts.h"
#include "store/items.h"

namespace keymill::iam {
namespace {

using store::ItemKind;
using Row = std::vector<std::string>;

constexpr std::string_view kHeader =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
constexpr std::string_view kNone = "N/A";
constexpr std::string_view kNotSupported = "not_supported";
constexpr std::string_view kNoInformation = "no_information";
constexpr std::size_t kKeys = 2;
constexpr std::size_t kCertificates = 2;
constexpr store::Millis kDay = 24LL * 60 * 60 * 1000;

std::string Time(store::Millis millis) {
  std::string text = aws::IsoSeconds(millis);
  text.pop_back();
  return text + "+00:00";
}

std::string Bool(bool value) {
  return value ? "true" : "false";
}

/// What all rows are made from.
struct Sources {
  const store::Reader& reader;
  const pipeline::Identities& identities;
  std::vector<store::Item> devices;
  std::optional<PasswordPolicy> policy;

  bool has_mfa(const std::string& owner) const {
    for (const store::Item& device : devices) {
      if (Attribute(device.attributes, pipeline::kMfaUser) == owner) return true;
    }
    return false;
  }
};

void AddPassword(Row& row, const Sources& sources, const std::string& user_id) {
  auto profile = store::FindItem(sources.reader, ItemKind::kLoginProfile, user_id);
  if (!profile) {
    row.insert(row.end(), {"false", std::string(kNone), std::string(kNone), std::string(kNone)});
    return;
  }
  const bool expires = sources.policy && sources.policy->max_age > 0;
  row.insert(row.end(), {"true", std::string(kNoInformation), Time(profile->updated),
                         expires ? Time(profile->updated + sources.policy->max_age * kDay) : std::string(kNone)});
}

void AddKeys(Row& row, const Sources& sources, const std::string& owner) {
  const auto keys = store::ListAccessKeys(sources.reader, owner);
  for (std::size_t i = 0; i < kKeys; ++i) {
    if (i >= keys.size()) {
      row.push_back("false");
      row.insert(row.end(), 4, std::string(kNone));
      continue;
    }
    row.push_back(Bool(keys[i].status == store::KeyStatus::kActive));
    row.push_back(Time(keys[i].status_changed));
    const store::KeyUse use = sources.identities.last_use(keys[i].id);
    if (use.time == 0) {
      row.insert(row.end(), 3, std::string(kNone));
    } else {
      row.insert(row.end(), {Time(use.time), use.region, use.service});
    }
  }
}

void AddCertificates(Row& row, const Sources& sources, const std::string& owner) {
  auto certificates = store::ListItems(sources.reader, ItemKind::kSigningCertificate, owner);
  std::sort(certificates.begin(), certificates.end(),
            [](const store::Item& a, const store::Item& b) { return a.created < b.created; });
  for (std::size_t i = 0; i < kCertificates; ++i) {
    const bool there = i < certificates.size();
    row.push_back(Bool(there && Attribute(certificates[i].attributes, kStatusAttribute) == "Active"));
    row.push_back(there ? Time(certificates[i].updated) : std::string(kNone));
  }
}

Row RootRow(const Sources& sources, const std::string& account) {
  const auto record = store::FindAccount(sources.reader, account);
  Row row{
      "<root_account>",           aws::RootArn(account),         record ? Time(record->created) : std::string(kNone),
      std::string(kNotSupported), std::string(kNoInformation),   std::string(kNotSupported),
      std::string(kNotSupported), Bool(sources.has_mfa(account))};
  AddKeys(row, sources, account);
  AddCertificates(row, sources, account);
  return row;
}

Row UserRow(const Sources& sources, const store::User& user) {
  Row row{user.name, UserArn(user), Time(user.created)};
  AddPassword(row, sources, user.id);
  row.push_back(Bool(sources.has_mfa(user.id)));
  AddKeys(row, sources, user.id);
  AddCertificates(row, sources, user.id);
  return row;
}

std::string Quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string Csv(std::string_view header, std::span<const std::vector<std::string>> rows) {
  std::string out(header);
  for (const Row& row : rows) {
    out += '\n';
    for (std::size_t i = 0; i < row.size(); ++i) out.append(i > 0 ? "," : "").append(Quoted(row[i]));
  }
  return out;
}

std::string CredentialReport(const store::Reader& reader, const std::string& account,
                             const pipeline::Identities& identities) {
  const Sources sources{reader, identities, store::ListItems(reader, ItemKind::kMfaDevice, account),
                        FindPasswordPolicy(reader, account)};
  std::vector<Row> rows{RootRow(sources, account)};
  for (const store::User& user : store::ListUsers(reader, account, {}, {}, std::numeric_limits<std::size_t>::max())) {
    rows.push_back(UserRow(sources, user));
  }
  return Csv(kHeader, rows);
}

/// The table is made when the task starts; it is handed out once the task is over.
Task<Result<http::Response>> GenerateCredentialReport(pipeline::Call& call) {
  const std::string& account = call.identity().account;
  std::string_view state;
  auto generate = [&](store::Txn& txn) -> Result<> {
    const auto former = store::FindItem(txn, ItemKind::kCredentialReport, account);
    if (former && call.now() < former->created + kReportLasts) {
      state = call.now() < former->created + kReportTakes ? "INPROGRESS" : "COMPLETE";
      return {};
    }
    store::Item report;
    report.kind = ItemKind::kCredentialReport;
    report.owner = account;
    report.created = call.now();
    report.document = CredentialReport(txn, account, call.services().identities);
    store::PutItem(txn, report);
    state = "STARTED";
    return {};
  };
  auto generated = co_await call.commit(generate);
  if (!generated) co_return generated.error();
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("State", state);
    if (state == "STARTED") xml.text("Description", "No report exists. Starting a new report generation task");
  });
}

Task<Result<http::Response>> GetCredentialReport(pipeline::Call& call) {
  auto find = [&](const store::Reader& reader) {
    return store::FindItem(reader, ItemKind::kCredentialReport, call.identity().account);
  };
  auto report = co_await call.read(find);
  if (!report) co_return ReportNotPresent;
  if (call.now() < report->created + kReportTakes) co_return ReportInProgress;
  if (call.now() >= report->created + kReportLasts) co_return ReportExpired;
  co_return Answer(call, [&](aws::XmlWriter& xml) {
    xml.text("Content", sigv4::base64_encode(report->document)).text("ReportFormat", "text/csv");
    xml.text("GeneratedTime", aws::IsoSeconds(report->created));
  });
}

}  // namespace keymill::iam
