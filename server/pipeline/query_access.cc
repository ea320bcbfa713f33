#include "server/pipeline/query_access.h"

#include <algorithm>
#include <iterator>

#include "server/aws/arn.h"
#include "server/pipeline/authorize.h"
#include "server/pipeline/s3_access.h"
#include "server/pipeline/tagging.h"
#include "store/entities.h"
#include "store/principals.h"

namespace keymill::pipeline {
namespace {

/// What has tags and a path, by its kind in ARNs.
struct Kind {
  std::string_view prefix;
  store::EntityKind entity;
};
constexpr Kind kKinds[] = {
    {"role/", store::EntityKind::kRole},
    {"policy/", store::EntityKind::kPolicy},
    {"instance-profile/", store::EntityKind::kInstanceProfile},
    {"server-certificate/", store::EntityKind::kServerCertificate},
};

/// Operations whose condition key iam:PermissionsBoundary is the boundary that the user or role has. (Those that set
/// one have the new one.)
constexpr std::string_view kWithinBoundary[] = {
    "AttachRolePolicy", "AttachUserPolicy", "DeleteRolePermissionsBoundary", "DeleteRolePolicy",
    "DeleteUserPolicy", "DetachRolePolicy", "DeleteUserPermissionsBoundary", "DetachUserPolicy",
    "PutRolePolicy",    "PutUserPolicy",
};

void ReadFacts(const store::Reader& reader, std::string_view text, QuerySubject& subject) {
  const auto arn = aws::Arn::Parse(text);
  if (!arn || arn->service != "iam") return;
  if (arn->resource.starts_with("user/")) {
    auto user = store::FindUser(reader, arn->account, arn->name());
    if (!user) return;
    subject.tags = std::move(user->tags);
    subject.boundary = std::move(user->permissions_boundary);
  }
  for (const Kind& kind : kKinds) {
    if (!arn->resource.starts_with(kind.prefix)) continue;
    auto entity = store::FindEntity(reader, kind.entity, arn->account, arn->name());
    if (!entity) return;
    subject.tags = std::move(entity->tags);
    subject.boundary = std::move(entity->permissions_boundary);
  }
}

}  // namespace

QuerySubject SubjectOf(const store::Reader& reader, const Operation& operation, const Identity& identity,
                       std::vector<std::string> resources) {
  QuerySubject subject{std::move(resources), {}, {}};
  const bool asked = AsksFor(identity, nullptr, "iam:resourcetag/") || AsksFor(identity, nullptr, "aws:resourcetag/") ||
                     AsksFor(identity, nullptr, "iam:permissionsboundary");
  if (!asked || subject.resources.empty()) return subject;
  ReadFacts(reader, subject.resources.front(), subject);
  const bool within =
      std::find(std::begin(kWithinBoundary), std::end(kWithinBoundary), operation.name) != std::end(kWithinBoundary);
  if (!within) subject.boundary.clear();
  return subject;
}

std::optional<aws::Error> AuthorizeQuery(const Identity& identity, const Operation& operation, Service service,
                                         const QuerySubject& subject, Circumstances circumstances) {
  circumstances.resource_tags = &subject.tags;
  circumstances.boundary = subject.boundary;
  const auto refuse = [&](const Operation& needed) -> std::optional<aws::Error> {
    for (const std::string& resource : subject.resources) {
      if (auto decision = Decide(identity, needed, resource, circumstances); !decision.allowed()) {
        return Denial(identity, needed, resource, service, decision);
      }
    }
    return std::nullopt;
  };
  if (auto refusal = refuse(operation)) return refusal;
  const Tagging* tagging = service == Service::kIam ? FindTagging(operation.name) : nullptr;
  if (tagging == nullptr || GivenTags(circumstances).empty()) return std::nullopt;
  return refuse(Operation{operation.name, tagging->action});
}

}  // namespace keymill::pipeline
