#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "server/config.h"
#include "server/control/seed_apply.h"
#include "server/pipeline/call.h"
#include "store/committer.h"
#include "store/db.h"

namespace keymill::control {

/// What a seed is applied to.
struct SeedTarget {
  const Config& config;
  store::Db& db;
  store::Committer& committer;
  store::Millis now;
};

/// Brings the server to what the document says, in one commit: all of it or nothing. Contents of objects are taken from
/// files below `directory`; without one there may be none. Blocking; not for the committer's thread. Errors:
/// InvalidSeed with line, column and path of what is wrong, SeedTooLarge. Throws std::runtime_error for a file that
/// cannot be read.
Result<SeedCounts> ApplySeed(std::string_view text, const std::optional<std::filesystem::path>& directory,
                             const SeedTarget& target);
/// The same for a file. Throws std::runtime_error, with the file's name, for everything that is wrong with it.
SeedCounts ApplySeedFile(const std::filesystem::path& file, const SeedTarget& target);

/// PUT /seed
Task<Result<http::Response>> PutSeed(pipeline::Call& call);

}  // namespace keymill::control
