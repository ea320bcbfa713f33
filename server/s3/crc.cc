#include "server/s3/crc.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Polynomials are held reflected: the highest bit of a word is the coefficient of x^0. A CRC state s of width w thus is
// a polynomial below x^w, and appending a zero bit multiplies it by x modulo P.

namespace keymill::s3 {
namespace {

constexpr std::uint32_t kPoly32 = 0xEDB88320;          // ISO 3309
constexpr std::uint32_t kPoly32c = 0x82F63B78;         // Castagnoli
constexpr std::uint64_t kPoly64 = 0x9A6C9329AC4BC9B5;  // NVM Express, 0xAD93D23594C93659 before reflection

template <class Word>
inline constexpr Word kOne = Word{1} << (8 * sizeof(Word) - 1);  // the polynomial 1

template <class Word, Word kPoly>
constexpr Word TimesX(Word a) {
  return static_cast<Word>((a >> 1) ^ ((a & 1) != 0 ? kPoly : Word{0}));
}

template <class Word, Word kPoly>
constexpr Word Multiply(Word a, Word b) {
  Word product = 0;
  for (Word bit = kOne<Word>; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = TimesX<Word, kPoly>(b);
  }
  return product;
}

/// x^n modulo P.
template <class Word, Word kPoly>
constexpr Word PowerOfX(std::uint64_t n) {
  Word result = kOne<Word>;
  for (Word square = TimesX<Word, kPoly>(kOne<Word>); n != 0; n >>= 1) {
    if ((n & 1) != 0) result = Multiply<Word, kPoly>(result, square);
    square = Multiply<Word, kPoly>(square, square);
  }
  return result;
}

template <class Word, Word kPoly>
Word Combine(Word first, Word second, std::uint64_t second_size) {
  // Initial and final values cancel out.
  return Multiply<Word, kPoly>(PowerOfX<Word, kPoly>(second_size * 8), first) ^ second;
}

template <class Word>
using Tables = std::array<std::array<Word, 256>, 8>;

/// tables[k][b]: the state that octet b leaves behind once k more zero octets have followed.
template <class Word, Word kPoly>
constexpr Tables<Word> MakeTables() {
  Tables<Word> tables{};
  for (std::size_t b = 0; b < 256; ++b) {
    Word state = static_cast<Word>(b);
    for (int bit = 0; bit < 8; ++bit) state = TimesX<Word, kPoly>(state);
    tables[0][b] = state;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      const Word before = tables[k - 1][b];
      tables[k][b] = static_cast<Word>((before >> 8) ^ tables[0][before & 0xFF]);
    }
  }
  return tables;
}

template <class Word, Word kPoly>
inline constexpr Tables<Word> kTables = MakeTables<Word, kPoly>();

std::uint64_t LoadLittleEndian(const std::byte* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

template <class Word, Word kPoly>
Word UpdateByTables(Word state, const std::byte* at, std::size_t size) {
  const auto& tables = kTables<Word, kPoly>;
  for (; size >= 8; at += 8, size -= 8) {
    const std::uint64_t word = LoadLittleEndian(at) ^ state;
    state = 0;
    for (std::size_t k = 0; k < 8; ++k) state ^= tables[7 - k][(word >> (8 * k)) & 0xFF];
  }
  for (; size > 0; ++at, --size) {
    state = static_cast<Word>((static_cast<std::uint64_t>(state) >> 8) ^
                              tables[0][(state ^ static_cast<Word>(*at)) & 0xFF]);
  }
  return state;
}

#if defined(__x86_64__)

/// x^n modulo P in the high bits of 64, as PCLMULQDQ wants its factors.
template <class Word, Word kPoly>
constexpr long long Factor(std::uint64_t n) {
  return static_cast<long long>(static_cast<std::uint64_t>(PowerOfX<Word, kPoly>(n)) << (64 - 8 * sizeof(Word)));
}

/// lane * x^distance + next, where `factors` holds x^(distance + 63) below x^(distance - 1). The odd exponents: bit k
/// of a product of two 64-bit words stands for x^(126 - k), in a lane for x^(127 - k), so products come out times x.
__attribute__((target("pclmul,sse4.1"))) inline __m128i Fold(__m128i lane, __m128i factors, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(lane, factors, 0x00);
  const __m128i high = _mm_clmulepi64_si128(lane, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// Folds 64 octets at a time until 16 are left whose CRC is that of all of them, and leaves these to the tables.
template <class Word, Word kPoly>
__attribute__((target("pclmul,sse4.1"))) Word UpdateByFolding(Word state, const std::byte* at, std::size_t size) {
  const auto load = [](const std::byte* from) __attribute__((target("pclmul,sse4.1"))) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  const __m128i by512 = _mm_set_epi64x(Factor<Word, kPoly>(511), Factor<Word, kPoly>(575));
  const __m128i by128 = _mm_set_epi64x(Factor<Word, kPoly>(127), Factor<Word, kPoly>(191));
  __m128i lane0 = _mm_xor_si128(load(at), _mm_set_epi64x(0, static_cast<long long>(std::uint64_t{state})));
  __m128i lane1 = load(at + 16);
  __m128i lane2 = load(at + 32);
  __m128i lane3 = load(at + 48);
  for (at += 64, size -= 64; size >= 64; at += 64, size -= 64) {
    lane0 = Fold(lane0, by512, load(at));
    lane1 = Fold(lane1, by512, load(at + 16));
    lane2 = Fold(lane2, by512, load(at + 32));
    lane3 = Fold(lane3, by512, load(at + 48));
  }
  __m128i lane = Fold(Fold(Fold(lane0, by128, lane1), by128, lane2), by128, lane3);
  for (; size >= 16; at += 16, size -= 16) lane = Fold(lane, by128, load(at));
  std::array<std::byte, 16> rest;
  std::memcpy(rest.data(), &lane, rest.size());
  return UpdateByTables<Word, kPoly>(UpdateByTables<Word, kPoly>(0, rest.data(), rest.size()), at, size);
}

__attribute__((target("sse4.2"))) std::uint32_t UpdateByInstruction(std::uint32_t state, const std::byte* at,
                                                                    std::size_t size) {
  std::uint64_t wide = state;
  for (; size >= 8; at += 8, size -= 8) wide = _mm_crc32_u64(wide, LoadLittleEndian(at));
  state = static_cast<std::uint32_t>(wide);
  for (; size > 0; ++at, --size) state = _mm_crc32_u8(state, static_cast<unsigned char>(*at));
  return state;
}

const bool kCanFold = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;

#endif

template <class Word, Word kPoly>
Word Update(Word state, Octets bytes) {
#if defined(__x86_64__)
  if (kCanFold && bytes.size() >= 64) return UpdateByFolding<Word, kPoly>(state, bytes.data(), bytes.size());
#endif
  return UpdateByTables<Word, kPoly>(state, bytes.data(), bytes.size());
}

}  // namespace

std::uint32_t Crc32(std::uint32_t crc, Octets bytes) {
  return ~Update<std::uint32_t, kPoly32>(~crc, bytes);
}

std::uint32_t Crc32c(std::uint32_t crc, Octets bytes) {
#if defined(__x86_64__)
  // The instruction is as fast as memory for short runs; folding overtakes it on long ones.
  if (kHasInstruction && (bytes.size() < 256 || !kCanFold))
    return ~UpdateByInstruction(~crc, bytes.data(), bytes.size());
#endif
  return ~Update<std::uint32_t, kPoly32c>(~crc, bytes);
}

std::uint64_t Crc64Nvme(std::uint64_t crc, Octets bytes) {
  return ~Update<std::uint64_t, kPoly64>(~crc, bytes);
}

std::uint32_t CombineCrc32(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) {
  return Combine<std::uint32_t, kPoly32>(first, second, second_size);
}
std::uint32_t CombineCrc32c(std::uint32_t first, std::uint32_t second, std::uint64_t second_size) {
  return Combine<std::uint32_t, kPoly32c>(first, second, second_size);
}
std::uint64_t CombineCrc64Nvme(std::uint64_t first, std::uint64_t second, std::uint64_t second_size) {
  return Combine<std::uint64_t, kPoly64>(first, second, second_size);
}

}  // namespace keymill::s3
