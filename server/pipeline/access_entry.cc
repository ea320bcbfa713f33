#include "server/pipeline/access_entry.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <iterator>

#include "server/aws/ids.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

/// Operations whose names in logs do not follow from their sub-resource.
struct LogName {
  std::string_view operation, name;
};
constexpr LogName kByOperation[] = {
    {"CopyObject", "REST.COPY.OBJECT"},
    {"UploadPartCopy", "REST.COPY.PART"},
    {"UploadPart", "REST.PUT.PART"},
    {"CreateMultipartUpload", "REST.POST.UPLOADS"},
    {"CompleteMultipartUpload", "REST.POST.UPLOAD"},
    {"AbortMultipartUpload", "REST.DELETE.UPLOAD"},
    {"ListParts", "REST.GET.UPLOAD"},
    {"ListObjectsV2", "REST.GET.BUCKET"},
    {"DeleteObjects", "REST.POST.MULTI_OBJECT_DELETE"},
    {"SelectObjectContent", "REST.SELECT.OBJECT"},
};
/// Sub-resources that logs call otherwise than in capital letters.
struct Resource {
  Target target;
  std::string_view query, name;
};
constexpr Resource kResources[] = {
    {Target::kBucket, "policy", "BUCKETPOLICY"},
    {Target::kBucket, "logging", "LOGGING_STATUS"},
    {Target::kBucket, "versions", "BUCKETVERSIONS"},
    {Target::kBucket, "requestPayment", "REQUEST_PAYMENT"},
    {Target::kBucket, "publicAccessBlock", "PUBLIC_ACCESS_BLOCK"},
    {Target::kBucket, "ownershipControls", "OWNERSHIP_CONTROLS"},
    {Target::kBucket, "policyStatus", "POLICY_STATUS"},
    {Target::kBucket, "object-lock", "OBJECT_LOCK_CONFIGURATION"},
    {Target::kObject, "retention", "OBJECT_LOCK_RETENTION"},
    {Target::kObject, "legal-hold", "OBJECT_LOCK_LEGALHOLD"},
    {Target::kObject, "tagging", "OBJECT_TAGGING"},
    {Target::kObject, "attributes", "OBJECT_ATTRIBUTES"},
    {Target::kObject, "torrent", "OBJECT_TORRENT"},
    {Target::kObject, "versionId", "OBJECT"},
};

/// Parameters whose values would let a reader of the log act for the client.
constexpr std::string_view kSecretParameters[] = {
    "x-amz-signature",
    "x-amz-security-token",
    "signature",
    // What a presigned URL says instead of a header.
    "x-amz-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key",
};
constexpr std::string_view kRedacted = "REDACTED";

/// [06/Feb/2019:00:00:38 +0000]
std::string LogTime(store::Millis time) {
  const std::time_t seconds = time / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof text, "[%d/%b/%Y:%H:%M:%S +0000]", &utc)};
}

/// What a client sent must not end a line, or a quoted field.
std::string Quoted(std::string_view text) {
  if (text.empty()) return "\"-\"";
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"')
      quoted += "%22";
    else
      quoted += (c >= 0 && c < ' ') || c == 0x7F ? ' ' : c;
  }
  return quoted += '"';
}

std::string Plain(std::string_view text) {
  std::string plain = text.empty() ? "-" : std::string(text);
  for (char& c : plain) {
    if ((c >= 0 && c <= ' ') || c == 0x7F) c = '+';
  }
  return plain;
}

/// Zero bytes and unknown sizes are a dash.
std::string Count(std::optional<std::uint64_t> count) {
  return count.value_or(0) == 0 ? "-" : std::to_string(*count);
}

void SetAuthentication(const http::Request& request, AccessEntry& entry) {
  if (const auto header = request.header("authorization")) {
    entry.authentication = "AuthHeader";
    entry.signature_version = header->starts_with("AWS4") ? "SigV4" : "SigV2";
  } else if (request.raw_query.find("X-Amz-Algorithm=") != std::string_view::npos) {
    entry.authentication = "QueryString";
    entry.signature_version = "SigV4";
  } else if (request.raw_query.find("AWSAccessKeyId=") != std::string_view::npos) {
    entry.authentication = "QueryString";
    entry.signature_version = "SigV2";
  }
}

}  // namespace

std::string RequesterOf(const Identity& identity) {
  if (identity.anonymous()) return {};
  if (identity.kind == Identity::Kind::kRoot) return aws::CanonicalUserId(identity.account);
  return identity.arn;
}

std::string LoggedOperation(std::string_view method, const Operation* operation) {
  if (operation == nullptr) return "REST.OPTIONS.PREFLIGHT";
  if (operation->name == "GetWebsiteObject") return "WEBSITE." + std::string(method) + ".OBJECT";
  for (const LogName& known : kByOperation) {
    if (known.operation == operation->name) return std::string(known.name);
  }
  std::string name = "REST." + std::string(method) + ".";
  const std::string_view query = operation->query.substr(0, operation->query.find_first_of("&="));
  if (query.empty()) return name += operation->target == Target::kObject ? "OBJECT" : "BUCKET";
  for (const Resource& known : kResources) {
    if (known.target == operation->target && known.query == query) return name.append(known.name);
  }
  for (const char c : query) {
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
  }
  return name;
}

std::string RedactedTarget(std::string_view path, std::string_view query) {
  std::string target(path);
  for (char separator = '?'; !query.empty(); separator = '&') {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::string_view name = parameter.substr(0, parameter.find('='));
    const std::string plain = sigv4::percent_decode(name, true).value_or(std::string(name));
    const bool secret = std::any_of(std::begin(kSecretParameters), std::end(kSecretParameters),
                                    [&](std::string_view s) { return sigv4::equals_ignoring_case(plain, s); });
    target += separator;
    if (secret)
      target.append(name).append("=").append(kRedacted);
    else
      target += parameter;
  }
  return target;
}

std::optional<std::uint64_t> ObjectSizeOf(const http::Response& response) {
  if (response.status() == 200) return response.length();
  if (response.status() != 206) return std::nullopt;
  constexpr std::string_view kRange = "Content-Range: bytes ";
  const std::string_view head = response.header_block();
  const auto range = head.find(kRange);
  const auto slash = range == std::string_view::npos ? range : head.find('/', range);
  if (slash == std::string_view::npos) return std::nullopt;
  std::uint64_t size = 0;
  std::from_chars(head.data() + slash + 1, head.data() + head.size(), size);
  return size;
}

AccessEntry BeginEntry(const http::Request& request, const Operation* operation) {
  AccessEntry entry;
  entry.remote_ip = request.peer;
  entry.operation = LoggedOperation(request.method, operation);
  entry.request_uri =
      std::string(request.method) + " " + RedactedTarget(request.raw_path, request.raw_query) + " HTTP/1.1";
  entry.referer = request.header_or_empty("referer");
  entry.user_agent = request.header_or_empty("user-agent");
  entry.host = request.host;
  if (request.secure) {
    entry.tls_version = "TLSv" + std::string(request.tls_version);
  }
  SetAuthentication(request, entry);
  return entry;
}

std::string FormatEntry(const AccessEntry& entry) {
  std::string line;
  const auto add = [&](std::string_view field) { line.append(field).append(" "); };
  add(entry.bucket->owner_id);
  add(entry.bucket->record.name);
  add(LogTime(entry.time));
  add(Plain(entry.remote_ip));
  add(Plain(entry.requester));
  add(Plain(entry.request_id));
  add(Plain(entry.operation));
  add(Plain(sigv4::uri_encode(entry.key, sigv4::Slash::Keep)));
  add(Quoted(entry.request_uri));
  add(std::to_string(entry.status));
  add(Plain(entry.error_code));
  add(Count(entry.bytes_sent));
  add(Count(entry.object_size));
  add(std::to_string(entry.total));
  add(std::to_string(entry.turn_around));
  add(Quoted(entry.referer));
  add(Quoted(entry.user_agent));
  add(Plain(entry.version_id));
  add(Plain(entry.host_id));
  add(Plain(entry.signature_version));
  add("-");  // the cipher suite is not known here
  add(Plain(entry.authentication));
  add(Plain(entry.host));
  add(Plain(entry.tls_version));
  add("-");  // access points: there are none
  line.append(entry.acl_required ? "Yes\n" : "-\n");
  return line;
}

}  // namespace keymill::pipeline
