#include "server/pipeline/sessions.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "server/aws/arn.h"
#include "server/pipeline/auth_errors.h"
#include "store/accounts.h"

namespace keymill::pipeline {
namespace {

/// A number that only this session has, for the caches of signing keys: far above those that the database gives out.
std::uint64_t CredentialVersion(const Session& session) {
  const sigv4::Sha256Digest digest = sigv4::sha256(session.access_key_id + session.secret);
  std::uint64_t version = 0;
  std::memcpy(&version, digest.data(), sizeof version);
  return version | std::uint64_t{1} << 63;
}

void AddKeys(std::vector<std::string>& keys, std::vector<std::string> more) {
  keys.insert(keys.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// A policy that cannot be read any more is left out: it only grants.
std::vector<policy::Document> SessionPolicies(const Session& session, const PolicyLoaders& loaders,
                                              const store::Db& db) {
  std::vector<policy::Document> documents;
  for (const std::string& text : session.policies) {
    auto parsed = policy::Document::Parse(text, policy::Kind::kIdentity);
    if (auto* document = std::get_if<policy::Document>(&parsed)) documents.push_back(std::move(*document));
  }
  if (session.policy_arns.empty()) return documents;
  // Rows that were written or read lately; once for each session, thread and change of IAM's data.
  store::Reader reader(db, store::Reader::Mode::kBlocking);
  for (const std::string& arn : session.policy_arns) {
    if (auto document = loaders.managed(reader, arn)) documents.push_back(*std::move(document));
  }
  return documents;
}

/// `identity` is the role, user or root user behind the session.
Identity SessionIdentity(const Session& session, Identity identity) {
  switch (session.kind) {
    case Session::Kind::kAssumedRole: {
      const auto role = aws::Arn::Parse(identity.role_arn);
      const std::string name(role ? role->name() : std::string_view{});
      identity.arn = aws::StsArn(session.account, "assumed-role", name + "/" + session.name);
      identity.user_id = session.principal_id + ":" + session.name;
      break;
    }
    case Session::Kind::kFederatedUser:
      identity.kind = Identity::Kind::kFederatedUser;
      identity.arn = aws::StsArn(session.account, "federated-user", session.name);
      identity.user_id = session.account + ":" + session.name;
      identity.user_name.clear();
      break;
    case Session::Kind::kUser:
    case Session::Kind::kRoot:
      break;
  }
  identity.access_key_id = session.access_key_id;
  return identity;
}

std::shared_ptr<const Credential> BuildCredential(const Services& services, const Session& session,
                                                  const Identity& principal) {
  auto active = std::make_shared<ActiveSession>();
  active->facts = session;
  active->facts.secret.clear();  // the identity is for policies: it carries no secret
  Identity identity = SessionIdentity(session, principal);
  if (identity.permissions) active->context_keys = identity.permissions->context_keys;
  if (session.limited) {
    active->policies = SessionPolicies(session, services.identities.loaders(), services.db);
    for (const auto& document : *active->policies) AddKeys(active->context_keys, document.context_keys());
    auto& keys = active->context_keys;
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  }
  identity.session = std::move(active);
  std::shared_ptr<KeyUsage> usage;
  if (session.kind == Session::Kind::kAssumedRole) usage = services.identities.role_usage(session.principal_id);
  return std::make_shared<const Credential>(Credential{std::move(identity), store::KeyStatus::kActive, session.secret,
                                                       sigv4::KeyMaterial(session.secret, CredentialVersion(session)),
                                                       std::move(usage)});
}

/// The sessions that one thread has seen lately. A token is found by its hash and trusted only if every byte is that of
/// one that was opened before.
class OpenedSessions {
 public:
  struct Entry {
    std::uint64_t instance = 0;  // of the Identities that this was opened for; 0 = empty
    std::string token;
    Session session;
    std::uint64_t generation = 0;
    std::shared_ptr<const Identity> principal;
    std::shared_ptr<const Credential> credential;
  };

  /// nullptr if the token is nobody's. Lasts until the next call.
  Entry* open(const Services& services, std::string_view token) {
    auto& slot = entries_[std::hash<std::string_view>{}(token) % kEntries];
    const std::uint64_t instance = services.identities.instance();
    if (slot && slot->instance == instance && sigv4::equal_constant_time(slot->token, token)) return slot.get();
    auto session = OpenSession(services.db.vault(), token);
    if (!session) return nullptr;
    slot = std::make_unique<Entry>();
    slot->instance = instance;
    slot->token = token;
    slot->session = *std::move(session);
    return slot.get();
  }

 private:
  static constexpr std::size_t kEntries = 256;
  std::array<std::unique_ptr<Entry>, kEntries> entries_;
};

/// False if the session rests on a root user whose account was deleted, and another one was given its id. One row that
/// is read once for each session, thread and change of IAM's data.
bool SameAccount(const Services& services, const Session& session) {
  if (session.principal_id != session.account) return true;
  store::Reader reader(services.db, store::Reader::Mode::kBlocking);
  const auto account = store::FindAccount(reader, session.account);
  return account && account->number == session.account_number;
}

/// The session's credential as of now; nullptr if the role or user behind it is gone, or the account, even if another
/// was given its id.
std::shared_ptr<const Credential> Current(const Services& services, OpenedSessions::Entry& entry) {
  const std::uint64_t generation = services.identities.generation();
  if (entry.credential && entry.generation == generation) return entry.credential;
  auto principal = services.identities.find_principal(entry.session.principal_id);
  if (!principal || !SameAccount(services, entry.session)) return nullptr;
  const bool same = principal == entry.principal && entry.session.policy_arns.empty();
  if (!entry.credential || !same) entry.credential = BuildCredential(services, entry.session, *principal);
  entry.principal = std::move(principal);
  entry.generation = generation;
  return entry.credential;
}

bool HasToken(const sigv4::Claim& claim) {
  return claim.token_source != sigv4::TokenSource::None && !claim.session_token.empty();
}

}  // namespace

Result<std::shared_ptr<const Credential>> FindCredential(const Services& services, Service service,
                                                         const sigv4::Claim& claim, store::Millis now) {
  const bool s3 = service == Service::kS3;
  auto key = services.identities.find(claim.access_key_id);
  if (key && key->status != store::KeyStatus::kActive) key = nullptr;
  if (!HasToken(claim)) {
    if (!key) return UnknownAccessKey(service, claim.access_key_id);
    return key;
  }
  // A long-term key has no session token. The Query services say so before they look at the signature, S3 after.
  if (key && s3) return key;
  if (key) return InvalidSessionToken(service, claim.session_token);
  if (claim.token_conflict) return UnknownAccessKey(service, claim.access_key_id);

  thread_local OpenedSessions opened;
  auto* entry = opened.open(services, claim.session_token);
  if (entry == nullptr) return MalformedSessionToken(service, claim.session_token);
  if (now >= entry->session.expires) return ExpiredSessionToken(service, claim.session_token);
  auto credential = entry->session.access_key_id == claim.access_key_id ? Current(services, *entry) : nullptr;
  if (!credential) return UnknownAccessKey(service, claim.access_key_id);
  return credential;
}

std::optional<aws::Error> AfterSignature(const Credential& credential, Service service, const sigv4::Claim& claim) {
  const auto* session = credential.identity.session.get();
  if (session == nullptr) {
    if (HasToken(claim)) return InvalidSessionToken(service, claim.session_token);
    return std::nullopt;
  }
  if (service != Service::kIam) return std::nullopt;
  const bool task =
      session->facts.kind == Session::Kind::kRoot && session->facts.limited;  // AssumeRoot is made for IAM
  const bool without_iam =
      session->facts.kind == Session::Kind::kFederatedUser ||
      (session->facts.kind != Session::Kind::kAssumedRole && session->facts.mfa_time == 0 && !task);
  if (without_iam) return MalformedSessionToken(service, claim.session_token);  // in these words, without a period
  return std::nullopt;
}

bool WithinSession(const Identity& identity, std::string_view action) {
  if (!identity.session || identity.kind == Identity::Kind::kAssumedRole || !action.starts_with("sts:")) return true;
  if (action == "sts:GetFederationToken") return true;  // it has an answer of its own to sessions
  return identity.kind != Identity::Kind::kFederatedUser && action == "sts:AssumeRole";
}

}  // namespace keymill::pipeline
