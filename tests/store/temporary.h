#pragma once

#include <cstddef>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include <unistd.h>

#include "store/committer.h"
#include "store/db.h"

namespace keymill::store {

/// A directory that is removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "keymill-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline DbOptions OnDisk(const std::filesystem::path& path) {
  DbOptions options;
  options.path = path;
  options.master_key = std::string(32, 'k');
  return options;
}

inline DbOptions InMemory() {
  DbOptions options;
  options.in_memory = true;
  return options;
}

/// A database with its committer.
struct Fixture {
  explicit Fixture(const DbOptions& options) : db(options), committer(db, {}) {}
  Reader reader() const { return Reader(db, Reader::Mode::kBlocking); }
  Db db;
  Committer committer;
};

inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string RandomBytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace keymill::store
