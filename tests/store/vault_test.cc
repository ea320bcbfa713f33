#include "store/vault.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "store/db.h"
#include "tests/store/temporary.h"

namespace keymill::store {
namespace {

TEST(Vault, OpensWhatItSealed) {
  const Vault vault(std::string(32, 'k'));
  for (const std::string& secret : {std::string(), std::string("wJalrXUtnFEMI"), std::string(5000, '\0')}) {
    EXPECT_EQ(vault.open(vault.seal(secret, "AKIA1"), "AKIA1"), secret);
  }
}

TEST(Vault, NeverSealsTheSameTwice) {
  const Vault vault(std::string(32, 'k'));
  const auto sealed = vault.seal("secret", "AKIA1");
  EXPECT_NE(sealed, vault.seal("secret", "AKIA1"));
  EXPECT_EQ(sealed.find("secret"), sealed.npos);
}

TEST(Vault, RefusesAnotherContextAnotherKeyAndChangedBytes) {
  const Vault vault(std::string(32, 'k'));
  const auto sealed = vault.seal("secret", "AKIA1");
  EXPECT_THROW(vault.open(sealed, "AKIA2"), StoreError);
  EXPECT_THROW(Vault(std::string(32, 'x')).open(sealed, "AKIA1"), StoreError);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THROW(vault.open(changed, "AKIA1"), StoreError);
    EXPECT_THROW(vault.open(std::string_view(sealed).substr(0, i), "AKIA1"), StoreError);
  }
}

TEST(Vault, RefusesAMasterKeyOfTheWrongLength) {
  EXPECT_THROW(Vault(std::string(31, 'k')), OpenError);
  EXPECT_THROW(Vault(""), OpenError);
}

TEST(MasterKeyFile, IsMadeOnceAndReadableByTheOwnerOnly) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "data" / "master.key";
  const auto key = LoadOrCreateMasterKey(file);
  EXPECT_EQ(key.size(), kMasterKeySize);
  EXPECT_EQ(LoadOrCreateMasterKey(file), key);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}), 1);
}

std::string WhyRefused(const std::filesystem::path& file) {
  try {
    LoadOrCreateMasterKey(file);
  } catch (const OpenError& error) {
    return error.what();
  }
  return "";
}

TEST(MasterKeyFile, IsRefusedWhenOthersMayReadItOrItsLengthIsWrong) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "master.key";
  LoadOrCreateMasterKey(file);
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  EXPECT_NE(WhyRefused(file).find("chmod 600"), std::string::npos);
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  std::ofstream(file) << "short";
  EXPECT_NE(WhyRefused(file).find("exactly 32 bytes, but holds 5"), std::string::npos);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_NE(WhyRefused(file).find("is not a regular file"), std::string::npos);
}

}  // namespace
}  // namespace keymill::store
