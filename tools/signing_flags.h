#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sigv4/sign.h"

namespace CLI {
class App;
}

namespace keymill::tools {

/// Whose signature, and under which scope: the flags of the sub-commands that sign. Credentials come from the flags,
/// then from AWS's environment variables, then from a profile of a shared-credentials file.
struct SigningFlags {
  std::string access_key, secret, session_token;
  std::string profile, credentials_file;
  std::string region = "us-east-1";
  std::string service = "s3";

  void add_to(CLI::App& command);
  /// All but --service, for a command that signs for one service only.
  void add_identity_to(CLI::App& command);
  /// Throws std::runtime_error, naming the ways to give one, if there is no access key or no secret.
  sigv4::Credentials credentials() const;
};

/// An absolute URL taken apart; throws std::invalid_argument if it is none.
struct Url {
  std::string scheme, host;  ///< host with its port, as it goes into the Host header
  std::string path, query;   ///< percent-encoded as given; path "/" if empty
  explicit Url(std::string_view text);
  std::string origin() const { return scheme + "://" + host; }
};

/// Unix seconds of 20250131T080910Z or 2025-01-31T08:09:10Z; throws std::invalid_argument otherwise.
std::int64_t ParseTime(const std::string& text);

/// The whole of a file, or of standard input for "-". Throws std::runtime_error if it cannot be read.
std::string ReadFile(const std::string& name);

/// `text` as one word for a POSIX shell.
std::string ShellQuoted(std::string_view text);

}  // namespace keymill::tools
