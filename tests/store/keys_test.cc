#include "store/keys.h"

#include <random>

#include <gtest/gtest.h>

#include "store/db.h"

namespace keymill::store {
namespace {

/// Short, over an alphabet in which all special cases are frequent.
std::string Tricky(std::mt19937_64& random) {
  static constexpr std::string_view kBytes("\x00\x00\x01\x02\xfe\xff\xff/a", 9);
  std::string text;
  for (auto left = random() % 7; left > 0; --left) text.push_back(kBytes[random() % kBytes.size()]);
  return text;
}

TEST(KeyCodec, OrdersRowsAsTheTuplesTheyEncode) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto bucket_a = random() % 3, bucket_b = random() % 3;
    const auto key_a = Tricky(random), key_b = Tricky(random);
    const auto sequence_a = random() % 3, sequence_b = random() % 3;
    const auto row_a = KeyBuilder().number(bucket_a).text(key_a).descending(sequence_a).take();
    const auto row_b = KeyBuilder().number(bucket_b).text(key_b).descending(sequence_b).take();
    const auto tuple_a = std::tuple(bucket_a, key_a, ~sequence_a), tuple_b = std::tuple(bucket_b, key_b, ~sequence_b);
    ASSERT_EQ(row_a < row_b, tuple_a < tuple_b);
    ASSERT_EQ(row_a == row_b, tuple_a == tuple_b);
  }
}

TEST(KeyCodec, NoTerminatedTextIsAPrefixOfAnother) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 200'000; ++i) {
    const auto a = Tricky(random), b = Tricky(random);
    if (a == b) continue;
    ASSERT_FALSE(KeyBuilder().text(a).take().starts_with(KeyBuilder().text(b).take()));
  }
}

TEST(KeyCodec, ATextPrefixIsThePrefixOfExactlyTheTextsThatStartWithIt) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    const auto a = Tricky(random), b = Tricky(random);
    const bool starts = std::string_view(a).starts_with(b);
    ASSERT_EQ(KeyBuilder().text(a).take().starts_with(KeyBuilder().text_prefix(b).take()), starts);
  }
}

TEST(KeyCodec, GivesBackWhatItWasGiven) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 50'000; ++i) {
    const auto number = random();
    const auto text = Tricky(random), rest = Tricky(random);
    const auto row = KeyBuilder('x').number(number).text(text).number32(7).descending(number).rest(rest).take();
    ASSERT_EQ(row.front(), 'x');
    KeyReader reader(std::string_view(row).substr(1));
    ASSERT_EQ(reader.number(), number);
    ASSERT_EQ(reader.text(), text);
    ASSERT_EQ(reader.number32(), 7u);
    ASSERT_EQ(reader.descending(), number);
    ASSERT_EQ(reader.rest(), rest);
  }
}

TEST(KeyCodec, ThrowsWhenARowKeyIsCutShort) {
  const auto row = KeyBuilder().text("a\0b").number(5).take();
  for (std::size_t size = 0; size < row.size(); ++size) {
    KeyReader reader(std::string_view(row).substr(0, size));
    EXPECT_THROW((reader.text(), reader.number()), StoreError) << size;
  }
  EXPECT_THROW(KeyReader(std::string_view("a\0\x07", 3)).text(), StoreError);
}

TEST(AfterPrefix, IsTheLeastKeyBeyondAllThatStartWithThePrefix) {
  EXPECT_EQ(AfterPrefix("a/"), "a0");
  EXPECT_EQ(AfterPrefix("a\xff"), "b");
  EXPECT_EQ(AfterPrefix("\xff\xff"), "");
  std::mt19937_64 random(5);
  for (int i = 0; i < 100'000; ++i) {
    const auto prefix = Tricky(random), key = Tricky(random);
    const auto after = AfterPrefix(prefix);
    const bool beyond = !after.empty() && key >= after;
    ASSERT_EQ(key >= prefix && !beyond, std::string_view(key).starts_with(prefix));
  }
}

}  // namespace
}  // namespace keymill::store
