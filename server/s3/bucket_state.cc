#include "server/s3/bucket_state.h"

#include <variant>

#include "server/aws/ids.h"
#include "server/pipeline/named_principals.h"
#include "server/s3/acl.h"
#include "store/buckets.h"

namespace keymill::s3 {

std::shared_ptr<const pipeline::BucketState> LoadBucketState(const store::Reader& reader, std::string_view name) {
  auto record = store::FindBucket(reader, name);
  if (!record) return nullptr;
  auto state = std::make_shared<pipeline::BucketState>();
  state->owner_id = aws::CanonicalUserId(record->account);
  state->has_acls = HasAcls(*record);
  state->acl = DecodeGrants(record->acl, state->owner_id);
  state->access_block = ReadPublicAccessBlock(reader, *record);
  state->cors = ReadCorsRules(reader, *record);
  if (auto website = ReadWebsite(reader, *record)) {
    state->website = std::make_shared<const WebsiteConfiguration>(std::move(*website));
  }
  state->requester_pays = ReadRequesterPays(reader, *record);
  if (const auto text = store::FindDocument(reader, record->id, kPolicyDocument)) {
    auto parsed = policy::Document::Parse(*text, policy::Kind::kResource);
    if (auto* document = std::get_if<policy::Document>(&parsed)) {
      if (const auto named = store::FindDocument(reader, record->id, kNamedDocument)) {
        pipeline::BindNamed(*document, pipeline::DecodeNamed(*named));
      }
      state->context_keys = document->context_keys();
      state->public_policy = document->allows_everybody();
      state->policy = std::move(*document);
    }
  }
  state->record = std::move(*record);
  return state;
}

}  // namespace keymill::s3
