#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <stdlib.h>

#include "server/app.h"
#include "server/log.h"
#include "tools/aws_client.h"

namespace keymill::test {

/// A whole server on a free port of the loopback interface, with a root key that tests know. In memory unless a test
/// asks for a directory, which it may then start again on.
class TestServer {
 public:
  static constexpr const char* kRootId = "AKIATESTROOTKEYAAAAA";
  static constexpr const char* kRootSecret = "testRootSecret/abcdefghijklmnopqrstuvwxyz";

  explicit TestServer(Config config = InMemory()) {
    log::Configure("error", "text");
    app_ = std::make_unique<App>(std::move(config));
    app_->start();
    endpoint_ = app_->endpoints().front();
  }

  static Config InMemory() {
    Config config;
    config.listen = {"127.0.0.1:0"};
    config.in_memory = true;
    config.threads = 2;
    config.root_access_key_id = kRootId;
    config.root_secret_access_key = kRootSecret;
    return config;
  }
  static Config OnDisk(const std::filesystem::path& directory) {
    Config config = InMemory();
    config.in_memory = false;
    config.data = directory;
    return config;
  }

  const std::string& endpoint() const { return endpoint_; }
  std::string port() const { return endpoint_.substr(endpoint_.rfind(':') + 1); }
  std::string host() const { return "127.0.0.1:" + port(); }
  App& app() { return *app_; }
  tools::AwsClient root() const { return {endpoint_, "us-east-1", {kRootId, kRootSecret}}; }
  tools::AwsClient client(const sigv4::Credentials& credentials) const { return {endpoint_, "us-east-1", credentials}; }

 private:
  std::unique_ptr<App> app_;
  std::string endpoint_;
};

/// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "keymill-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The access key in a CreateAccessKey answer.
inline sigv4::Credentials CreatedKey(const tools::Answer& answer) {
  return {answer.element("AccessKeyId"), answer.element("SecretAccessKey")};
}

}  // namespace keymill::test
