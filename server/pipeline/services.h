#pragma once

#include "server/config.h"
#include "store/committer.h"
#include "store/db.h"

namespace keymill::control {
class State;
}
namespace keymill::federation {
class IssuerKeys;
}

namespace keymill::pipeline {

class Buckets;
class Clock;
class Explanations;
class Identities;

/// What every request may use. Owned by App, which outlives all requests.
struct Services {
  const Config& config;
  store::Db& db;
  store::Committer& committer;
  Identities& identities;
  Buckets& buckets;
  const Clock& clock;
  Explanations& explanations;
  control::State& state;  ///< for the control API alone
  federation::IssuerKeys& issuer_keys;
};

}  // namespace keymill::pipeline
