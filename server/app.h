#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/config.h"

namespace keymill {

namespace pipeline {
class Clock;
}
namespace store {
class Vault;
}

/// Owns everything that runs: database, committer, identities, dispatcher, sockets. Construction opens the data
/// directory and binds; start() accepts. Throws std::runtime_error with a text for the person who started it.
class App {
 public:
  explicit App(Config config);
  ~App();  ///< stops if still running

  void start();
  /// In this order: close the acceptors, finish running requests until the deadline, save key uses, drain the
  /// committer, close the database.
  void stop();

  std::vector<std::string> endpoints() const;  ///< "http://127.0.0.1:5396"; https:// ones last
  /// What clients must be told to trust (PEM); empty without TLS or with certificates from files.
  std::filesystem::path authority_file() const;
  pipeline::Clock& clock();                               ///< tests move it
  const store::Vault& vault() const;                      ///< tests make tokens that no operation would
  const std::filesystem::path& credentials_file() const;  ///< the root user's, in AWS's shared-credentials format

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace keymill
