#pragma once

#include <filesystem>

#include "server/config.h"
#include "store/committer.h"

namespace keymill {

/// The root user's access key: made at the first start (or taken from the configuration) and written to a credentials
/// file that AWS tools read. In memory without a data directory the file lies in a private temporary directory, which
/// goes with this object.
class RootUser {
 public:
  /// Claims the data for the configured account; throws std::runtime_error if it belongs to another. The key is made by
  /// ensure().
  RootUser(const Config& config, store::Committer& committer);
  ~RootUser();
  RootUser(const RootUser&) = delete;
  RootUser& operator=(const RootUser&) = delete;

  /// Sees to it that there is a key and that the file holds it: at the start, and for a state that has been swapped in.
  /// Throws std::runtime_error if the file cannot be written.
  void ensure();
  const std::filesystem::path& credentials_file() const { return file_; }

 private:
  const Config& config_;
  store::Committer& committer_;
  std::filesystem::path file_;
  std::filesystem::path temporary_directory_;
};

}  // namespace keymill
