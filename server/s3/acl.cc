#include "server/s3/acl.h"

#include <algorithm>
#include <array>

#include "server/aws/xml_reader.h"
#include "server/aws/xml_writer.h"
#include "server/pipeline/s3_access.h"
#include "server/s3/authorization.h"
#include "server/s3/errors.h"
#include "server/s3/lookup.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

using pipeline::kAllUsers;
using pipeline::kAuthenticatedUsers;
constexpr std::string_view kLogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";
constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
constexpr std::array<std::string_view, 5> kPermissions = {"FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"};

struct GrantHeader {
  std::string_view name, permission;
};
constexpr std::array<GrantHeader, 5> kGrantHeaders = {{{"x-amz-grant-full-control", "FULL_CONTROL"},
                                                       {"x-amz-grant-read", "READ"},
                                                       {"x-amz-grant-read-acp", "READ_ACP"},
                                                       {"x-amz-grant-write", "WRITE"},
                                                       {"x-amz-grant-write-acp", "WRITE_ACP"}}};

bool IsGroup(std::string_view uri) {
  return uri == kAllUsers || uri == kAuthenticatedUsers || uri == kLogDelivery;
}

bool IsCanonicalId(std::string_view id) {
  return id.size() == 64 && sigv4::is_hex(id);
}

Result<> CheckGrantee(const Grant& grant) {
  if (!grant.uri.empty() && !IsGroup(grant.uri)) return InvalidArgumentNamed("Invalid group uri", "uri", grant.uri);
  if (grant.uri.empty() && !IsCanonicalId(grant.id)) return InvalidArgumentNamed("Invalid id", "id", grant.id);
  return {};
}

/// `id="…", uri="…"`: the value of one x-amz-grant-* header.
Result<> ReadGrantees(const GrantHeader& header, std::string_view value, Grants& grants) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    const std::string_view item = sigv4::trim(value.substr(0, comma));
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    const auto equals = item.find('=');
    std::string_view grantee =
        equals == std::string_view::npos ? std::string_view() : sigv4::trim(item.substr(equals + 1));
    if (grantee.size() >= 2 && grantee.front() == '"' && grantee.back() == '"')
      grantee = grantee.substr(1, grantee.size() - 2);
    const std::string_view kind = sigv4::trim(item.substr(0, equals));
    Grant grant{{}, {}, std::string(header.permission)};
    if (sigv4::equals_ignoring_case(kind, "id"))
      grant.id = grantee;
    else if (sigv4::equals_ignoring_case(kind, "uri"))
      grant.uri = grantee;
    else
      return InvalidArgumentNamed("Argument format not recognized", header.name, item);
    if (auto checked = CheckGrantee(grant); !checked) return checked.error();
    grants.push_back(std::move(grant));
  }
  return {};
}

}  // namespace

std::optional<Grants> CannedAcl(std::string_view name, const Owners& owners) {
  Grants grants{{owners.owner, {}, "FULL_CONTROL"}};
  const auto add = [&](std::string_view uri, std::string_view permission) {
    grants.push_back({{}, std::string(uri), std::string(permission)});
  };
  if (name == "private" || name == "aws-exec-read") return grants;
  if (name == "bucket-owner-read" || name == "bucket-owner-full-control") {
    const std::string permission = name == "bucket-owner-read" ? "READ" : "FULL_CONTROL";
    if (owners.owner != owners.bucket_owner) grants.push_back({owners.bucket_owner, {}, permission});
  } else if (name == "public-read") {
    add(kAllUsers, "READ");
  } else if (name == "public-read-write") {
    add(kAllUsers, "READ");
    add(kAllUsers, "WRITE");
  } else if (name == "authenticated-read") {
    add(kAuthenticatedUsers, "READ");
  } else if (name == "log-delivery-write") {
    add(kLogDelivery, "WRITE");
    add(kLogDelivery, "READ_ACP");
  } else {
    return std::nullopt;
  }
  return grants;
}

Result<std::optional<Grants>> ReadAclHeaders(const pipeline::Call& call, const Owners& owners) {
  std::optional<Grants> grants;
  if (const auto canned = call.header("x-amz-acl")) {
    grants = CannedAcl(*canned, owners);
    if (!grants) return InvalidArgumentNamed("", "x-amz-acl", *canned);
  }
  const bool has_canned = grants.has_value();
  for (const GrantHeader& header : kGrantHeaders) {
    const auto value = call.header(header.name);
    if (!value) continue;
    if (has_canned) return Error(InvalidRequest, "Specifying both Canned ACLs and Header Grants is not allowed");
    if (!grants) grants.emplace();
    if (auto read = ReadGrantees(header, *value, *grants); !read) return read.error();
  }
  return grants;
}

Result<Grants> ParseAclDocument(std::string_view text) {
  const auto document = aws::XmlDocument::Parse(text, "AccessControlPolicy");
  const auto list = document ? document->root().child("AccessControlList") : std::nullopt;
  if (!list || !document->root().child("Owner")) return Error(MalformedACLError);
  Grants grants;
  for (const aws::XmlElement& element : list->children("Grant")) {
    const auto grantee = element.child("Grantee"), permission = element.child("Permission");
    if (!grantee || !permission) return Error(MalformedACLError);
    Grant grant{{}, {}, permission->text()};
    if (const auto id = grantee->child("ID"))
      grant.id = id->text();
    else if (const auto uri = grantee->child("URI"))
      grant.uri = uri->text();
    else
      return Error(MalformedACLError);
    if (std::find(kPermissions.begin(), kPermissions.end(), grant.permission) == kPermissions.end()) {
      return Error(MalformedACLError);
    }
    if (auto checked = CheckGrantee(grant); !checked) return checked.error();
    grants.push_back(std::move(grant));
  }
  return grants;
}

std::string AclDocument(const std::string& owner_id, const Grants& grants) {
  aws::XmlWriter xml;
  xml.declaration().open("AccessControlPolicy", kNamespace);
  xml.open("Owner").text("ID", owner_id).close();
  xml.open("AccessControlList");
  for (const Grant& grant : grants) {
    const bool group = !grant.uri.empty();
    xml.open("Grant").open("Grantee");
    xml.attribute("xmlns:xsi", kSchemaInstance).attribute("xsi:type", group ? "Group" : "CanonicalUser");
    xml.text(group ? "URI" : "ID", group ? grant.uri : grant.id).close();
    xml.text("Permission", grant.permission).close();
  }
  xml.close().close();
  return xml.take();
}

std::string EncodeGrants(const Grants& grants) {
  std::string text = grants.empty() ? "\n" : "";
  for (const Grant& grant : grants) {
    text.append(grant.permission).append(grant.uri.empty() ? " id " : " uri ");
    text.append(grant.uri.empty() ? grant.id : grant.uri).append("\n");
  }
  return text;
}

Grants DecodeGrants(std::string_view text, const std::string& owner_id) {
  if (text.empty()) return {{owner_id, {}, "FULL_CONTROL"}};
  Grants grants;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const auto first = line.find(' '), second = line.find(' ', first + 1);
    Grant grant{{}, {}, std::string(line.substr(0, first))};
    (line.substr(first + 1, second - first - 1) == "uri" ? grant.uri : grant.id) = line.substr(second + 1);
    grants.push_back(std::move(grant));
  }
  return grants;
}

Result<> CheckPublicGrants(const pipeline::Call& call, const Grants& grants) {
  if (call.bucket() == nullptr || !call.bucket()->access_block.block_acls || !pipeline::IsPublic(grants)) return {};
  return BlockedPublicAccess(call, call.route().operation->action, "ACLs", "BlockPublicAcls");
}

Result<> ReadObjectAcl(const pipeline::Call& call, const store::Bucket& bucket, store::Object& object) {
  object.owner = OwnerOfNew(call, bucket);
  const Owners owners{OwnerId(object.owner), OwnerId(bucket.account)};
  const auto grants = ReadAclHeaders(call, owners);
  if (!grants) return grants.error();
  if (!*grants) return {};
  const bool harmless = IsPrivate(**grants, owners.owner);
  if (!HasAcls(bucket) && !harmless) return Error(AccessControlListNotSupported);
  if (auto fine = CheckPublicGrants(call, **grants); !fine) return fine.error();
  if (!harmless) object.acl = EncodeGrants(**grants);
  return {};
}

bool IsPrivate(const Grants& grants, const std::string& owner_id) {
  return grants.size() == 1 && grants[0].id == owner_id && grants[0].permission == "FULL_CONTROL";
}

}  // namespace keymill::s3
