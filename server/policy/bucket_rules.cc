#include "server/policy/bucket_rules.h"

#include <algorithm>

#include "server/policy/context.h"
#include "server/policy/pattern.h"

namespace keymill::policy {
namespace {

/// What an action is about ("Actions, resources, and condition keys for Amazon S3").
enum Level : unsigned { kOther = 0, kBucket = 1, kObject = 2 };

struct Action {
  std::string_view name;  ///< lower case
  Level level;
};

constexpr Action kActions[] = {
    {"s3:abortmultipartupload", kObject},
    {"s3:bypassgovernanceretention", kObject},
    {"s3:createbucket", kBucket},
    {"s3:createbucketmetadatatableconfiguration", kBucket},
    {"s3:deletebucket", kBucket},
    {"s3:deletebucketmetadatatableconfiguration", kBucket},
    {"s3:deletebucketpolicy", kBucket},
    {"s3:deletebucketwebsite", kBucket},
    {"s3:deleteobject", kObject},
    {"s3:deleteobjectannotation", kObject},
    {"s3:deleteobjecttagging", kObject},
    {"s3:deleteobjectversion", kObject},
    {"s3:deleteobjectversiontagging", kObject},
    {"s3:getaccelerateconfiguration", kBucket},
    {"s3:getanalyticsconfiguration", kBucket},
    {"s3:getbucketabac", kBucket},
    {"s3:getbucketacl", kBucket},
    {"s3:getbucketcors", kBucket},
    {"s3:getbucketlocation", kBucket},
    {"s3:getbucketlogging", kBucket},
    {"s3:getbucketmetadatatableconfiguration", kBucket},
    {"s3:getbucketnotification", kBucket},
    {"s3:getbucketobjectlockconfiguration", kBucket},
    {"s3:getbucketownershipcontrols", kBucket},
    {"s3:getbucketpolicy", kBucket},
    {"s3:getbucketpolicystatus", kBucket},
    {"s3:getbucketpublicaccessblock", kBucket},
    {"s3:getbucketrequestpayment", kBucket},
    {"s3:getbuckettagging", kBucket},
    {"s3:getbucketversioning", kBucket},
    {"s3:getbucketwebsite", kBucket},
    {"s3:getencryptionconfiguration", kBucket},
    {"s3:getintelligenttieringconfiguration", kBucket},
    {"s3:getinventoryconfiguration", kBucket},
    {"s3:getlifecycleconfiguration", kBucket},
    {"s3:getmetricsconfiguration", kBucket},
    {"s3:getobject", kObject},
    {"s3:getobjectacl", kObject},
    {"s3:getobjectannotation", kObject},
    {"s3:getobjectattributes", kObject},
    {"s3:getobjectlegalhold", kObject},
    {"s3:getobjectretention", kObject},
    {"s3:getobjecttagging", kObject},
    {"s3:getobjecttorrent", kObject},
    {"s3:getobjectversion", kObject},
    {"s3:getobjectversionacl", kObject},
    {"s3:getobjectversionattributes", kObject},
    {"s3:getobjectversionforreplication", kObject},
    {"s3:getobjectversiontagging", kObject},
    {"s3:getobjectversiontorrent", kObject},
    {"s3:getreplicationconfiguration", kBucket},
    {"s3:initiatereplication", kObject},
    {"s3:listallmybuckets", kOther},
    {"s3:listbucket", kBucket},
    {"s3:listbucketmultipartuploads", kBucket},
    {"s3:listbucketversions", kBucket},
    {"s3:listmultipartuploadparts", kObject},
    {"s3:listobjectannotations", kObject},
    {"s3:listtagsforresource", kBucket},
    {"s3:objectowneroverridetobucketowner", kObject},
    {"s3:putaccelerateconfiguration", kBucket},
    {"s3:putanalyticsconfiguration", kBucket},
    {"s3:putbucketabac", kBucket},
    {"s3:putbucketacl", kBucket},
    {"s3:putbucketcors", kBucket},
    {"s3:putbucketlogging", kBucket},
    {"s3:putbucketnotification", kBucket},
    {"s3:putbucketobjectlockconfiguration", kBucket},
    {"s3:putbucketownershipcontrols", kBucket},
    {"s3:putbucketpolicy", kBucket},
    {"s3:putbucketpublicaccessblock", kBucket},
    {"s3:putbucketrequestpayment", kBucket},
    {"s3:putbuckettagging", kBucket},
    {"s3:putbucketversioning", kBucket},
    {"s3:putbucketwebsite", kBucket},
    {"s3:putencryptionconfiguration", kBucket},
    {"s3:putintelligenttieringconfiguration", kBucket},
    {"s3:putinventoryconfiguration", kBucket},
    {"s3:putlifecycleconfiguration", kBucket},
    {"s3:putmetricsconfiguration", kBucket},
    {"s3:putobject", kObject},
    {"s3:putobjectacl", kObject},
    {"s3:putobjectannotation", kObject},
    {"s3:putobjectlegalhold", kObject},
    {"s3:putobjectretention", kObject},
    {"s3:putobjecttagging", kObject},
    {"s3:putobjectversionacl", kObject},
    {"s3:putobjectversiontagging", kObject},
    {"s3:putreplicationconfiguration", kBucket},
    {"s3:replicatedelete", kObject},
    {"s3:replicateobject", kObject},
    {"s3:replicatetags", kObject},
    {"s3:restoreobject", kObject},
    {"s3:tagresource", kBucket},
    {"s3:untagresource", kBucket},
    {"s3:updatebucketmetadataannotationtableconfiguration", kBucket},
    {"s3:updatebucketmetadatainventorytableconfiguration", kBucket},
    {"s3:updatebucketmetadatajournaltableconfiguration", kBucket},
    {"s3:updateobjectencryption", kObject},
};

/// Condition keys of S3, or what a family of them begins with (up to '/' or '-'), and the actions that have them: words
/// joined by blanks, each an action pattern without "s3:"; empty = all.
struct Key {
  std::string_view prefix;
  std::string_view actions;
};
constexpr std::string_view kUploads = "putobject replicateobject";
constexpr std::string_view kLists = "listbucket listbucketversions";
constexpr std::string_view kAcls = "createbucket put*acl putobject";
constexpr std::string_view kEncrypted = "putobject replicateobject getobject* updateobjectencryption";
constexpr Key kKeys[] = {
    {"s3:existingobjecttag/",
     "get* putobjectacl putobjecttagging putobjectversion* deleteobject*tagging restoreobject"},
    {"s3:requestobjecttag/", "putobject putobjecttagging putobjectversiontagging replicatetags"},
    {"s3:requestobjecttagkeys", "putobject putobjecttagging putobjectversiontagging replicatetags"},
    {"s3:prefix", kLists},
    {"s3:delimiter", kLists},
    {"s3:max-keys", kLists},
    {"s3:x-amz-acl", kAcls},
    {"s3:x-amz-grant-", kAcls},
    {"s3:x-amz-object-ownership", "createbucket"},
    {"s3:locationconstraint", "createbucket"},
    {"s3:x-amz-copy-source", kUploads},
    {"s3:x-amz-metadata-directive", kUploads},
    {"s3:x-amz-storage-class", kUploads},
    {"s3:x-amz-website-redirect-location", kUploads},
    {"s3:x-amz-server-side-encryption", kEncrypted},
    {"s3:x-amz-server-side-encryption-", kEncrypted},
    {"s3:if-match", "putobject deleteobject*"},
    {"s3:if-none-match", "putobject"},
    {"s3:objectcreationoperation", "putobject"},
    {"s3:object-lock-", "putobject putobjectretention putobjectlegalhold replicateobject bypassgovernanceretention"},
    {"s3:versionid", "*object*"},
    {"s3:authtype", ""},
    {"s3:resourceaccount", ""},
    {"s3:signatureage", ""},
    {"s3:signatureversion", ""},
    {"s3:tlsversion", ""},
    {"s3:x-amz-content-sha256", ""},
    {"s3:x-amz-expected-bucket-owner", ""},
    {"s3:accessgrantsinstancearn", ""},
    {"s3:accesspointnetworkorigin", ""},
    {"s3:dataaccesspointaccount", ""},
    {"s3:dataaccesspointarn", ""},
    {"s3:buckettag/", ""},
    {"s3:inventoryaccessibleoptionalfields", ""},
};

bool Matches(std::string_view pattern, std::string_view text) {
  return Pattern(pattern, Pattern::Syntax{}).matches(text, Context());
}

/// The text with every variable replaced by `*`: it may stand for anything.
std::string WithoutVariables(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto begin = text.find("${");
    const auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin)).append("*");
    text.remove_prefix(end + 1);
  }
  return out;
}

/// nullptr if S3 has no action of this name.
const Action* FindAction(std::string_view name) {
  const std::string folded = Fold(name);
  const auto* found = std::find_if(std::begin(kActions), std::end(kActions),
                                   [&](const Action& action) { return action.name == folded; });
  return found == std::end(kActions) ? nullptr : found;
}

/// What of the bucket a resource may be: itself, objects in it, or both; kOther for something else.
unsigned LevelsOf(std::string_view resource, std::string_view bucket) {
  const auto parts = ArnParts::Split(resource);
  if (!parts || parts->part[0] != "arn" || parts->part[2] != "s3") return kOther;
  if (!parts->part[3].empty() || !parts->part[4].empty()) return kOther;
  const std::string pattern = WithoutVariables(parts->part[5]);
  const auto slash = pattern.find('/');
  if (slash != std::string::npos) return Matches(pattern.substr(0, slash), bucket) ? kObject : kOther;
  const unsigned itself = Matches(pattern, bucket) ? kBucket : kOther;
  const auto star = pattern.rfind('*');
  if (star == std::string::npos) return itself;
  // A star may stand for a slash and a key too: does any text of this form lie in the bucket?
  std::string inside = std::string(bucket) + "/" + pattern.substr(star + 1);
  return itself | (Matches(pattern, inside) ? kObject : kOther);
}

bool HasKey(const Key& key, std::string_view action) {
  if (key.actions.empty()) return true;
  std::string_view rest = key.actions;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (Matches("s3:" + std::string(word), action)) return true;
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return false;
}

/// True if some action that the pattern means is about one of these levels, and has the key if one is given.
bool Applies(std::string_view pattern, unsigned levels, const Key* key) {
  const std::string folded = Fold(pattern);
  return std::any_of(std::begin(kActions), std::end(kActions), [&](const Action& action) {
    return (action.level & levels) != 0 && Matches(folded, action.name) &&
           (key == nullptr || HasKey(*key, action.name));
  });
}

std::optional<Invalid> CheckKey(const WrittenStatement& statement, std::string_view name, unsigned levels) {
  const std::string folded = Fold(name);
  if (!folded.starts_with("s3:")) return std::nullopt;
  const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& row) {
    const bool family = row.prefix.ends_with('/') || row.prefix.ends_with('-');
    return family ? folded.starts_with(row.prefix) && folded.size() > row.prefix.size() : folded == row.prefix;
  });
  if (key == std::end(kKeys)) return Invalid{"Policy has an invalid condition key", std::string(name)};
  if (statement.not_actions) return std::nullopt;
  for (const std::string& action : statement.actions) {
    // S3 knows no tags of what is being deleted.
    const bool deletion = key->prefix == "s3:existingobjecttag/" && Matches("s3:deleteobject*", Fold(action)) &&
                          !Fold(action).ends_with("tagging");
    if (deletion || !Applies(action, levels, key)) {
      return Invalid{"Conditions do not apply to combination of actions and resources in statement", ""};
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view ResourceForm(std::string_view action) {
  const Action* known = FindAction(action);
  if (known == nullptr || known->level == kOther) return "*";
  return known->level == kObject ? "arn:aws:s3:::${BucketName}/${KeyName}" : "arn:aws:s3:::${BucketName}";
}

bool IsS3Action(std::string_view action) {
  return FindAction(action) != nullptr;
}

std::optional<Invalid> CheckForBucket(const WrittenStatement& statement, std::string_view bucket) {
  for (const std::string& action : statement.actions) {
    const std::string folded = Fold(action);
    const bool known = std::any_of(std::begin(kActions), std::end(kActions),
                                   [&](const Action& row) { return Matches(folded, row.name); });
    if (!known) return Invalid{"Policy has invalid action", action};
  }
  unsigned levels = kOther;
  for (const std::string& resource : statement.resources) {
    const unsigned of_this = LevelsOf(resource, bucket);
    if (of_this == kOther) return Invalid{"Policy has invalid resource", resource};
    levels |= of_this;
  }
  if (statement.not_resources) levels = kBucket | kObject;
  if (!statement.not_actions) {
    for (const std::string& action : statement.actions) {
      if (!Applies(action, levels, nullptr)) {
        return Invalid{"Action does not apply to any resource(s) in statement", ""};
      }
    }
  }
  for (const std::string& key : statement.condition_keys) {
    if (auto invalid = CheckKey(statement, key, levels)) return invalid;
  }
  return std::nullopt;
}

}  // namespace keymill::policy
