#include "store/body_cipher.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "sigv4/encoding.h"
#include "store/db.h"

namespace keymill::store {
namespace {

std::string Apply(std::string_view key, std::string_view nonce, std::uint64_t offset, std::string_view text) {
  std::string out(text.size(), '\0');
  BodyCipher(key, nonce, offset).apply(std::as_bytes(std::span(text)), reinterpret_cast<std::byte*>(out.data()));
  return out;
}

std::string FromHex(std::string_view hex) {
  return sigv4::hex_decode(hex).value();
}

const std::string kKey = FromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");

TEST(BodyCipher, IsTheCounterModeOfNist) {  // SP 800-38A, F.5.5
  const std::string plain = FromHex(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  const std::string encrypted = FromHex(
      "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
      "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
  const std::string nonce = FromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  EXPECT_EQ(Apply(kKey, nonce, 0, plain), encrypted);
  EXPECT_EQ(Apply(kKey, nonce, 0, encrypted), plain);
}

TEST(BodyCipher, DecryptsASliceAsOfTheWholeAlsoWhereTheCounterCarries) {
  std::string plain;
  for (int i = 0; i < 1000; ++i) plain += static_cast<char>(i * 7);
  for (const std::string& nonce :
       {std::string(16, '\0'), std::string(16, '\xff'), std::string(8, '\1') + std::string(8, '\xff')}) {
    const std::string encrypted = Apply(kKey, nonce, 0, plain);
    EXPECT_NE(encrypted, plain);
    for (const std::size_t offset : {0u, 1u, 15u, 16u, 17u, 255u, 512u, 999u, 1000u}) {
      const std::string slice = encrypted.substr(offset, 100);
      EXPECT_EQ(Apply(kKey, nonce, offset, slice), plain.substr(offset, 100)) << offset;
    }
  }
}

TEST(BodyCipher, GoesOnWhereItStopped) {
  const std::string nonce(16, 'n'), plain(100, 'p');
  std::string pieces(100, '\0');
  BodyCipher cipher(kKey, nonce);
  const auto in = std::as_bytes(std::span(plain));
  auto* out = reinterpret_cast<std::byte*>(pieces.data());
  for (std::size_t at = 0, step = 1; at < plain.size(); at += step, ++step) {
    cipher.apply(in.subspan(at, std::min(step, plain.size() - at)), out + at);
  }
  EXPECT_EQ(pieces, Apply(kKey, nonce, 0, plain));
}

TEST(BodyCipher, RefusesKeysAndNoncesOfAnotherSize) {
  EXPECT_THROW(BodyCipher("short", std::string(16, 'n')), StoreError);
  EXPECT_THROW(BodyCipher(kKey, std::string(12, 'n')), StoreError);
  EXPECT_THROW(BodyCipher("", std::string(16, 'n')), StoreError);
}

}  // namespace
}  // namespace keymill::store
