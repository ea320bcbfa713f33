#include "server/iam/qr_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace keymill::iam {
namespace {

/// Level L of one version: all codewords, blocks, and error correction codewords of each block.
struct Version {
  std::size_t codewords;
  std::size_t blocks;
  std::size_t correction;
  std::size_t data() const { return codewords - blocks * correction; }
};
constexpr Version kVersions[] = {
    {26, 1, 7},   {44, 1, 10},  {70, 1, 15},  {100, 1, 20}, {134, 1, 26}, {172, 2, 18}, {196, 2, 20}, {242, 2, 24},
    {292, 2, 30}, {346, 4, 18}, {404, 4, 20}, {466, 4, 24}, {532, 4, 26}, {581, 4, 30}, {655, 6, 22},
};
constexpr unsigned kWideCounts = 10;  // from this version on the length has 16 bits

/// In GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1.
std::uint8_t Multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  for (int i = 7; i >= 0; --i) {
    product = (product << 1) ^ ((product >> 7) * 0x11du);
    product ^= ((b >> i) & 1u) * a;
  }
  return static_cast<std::uint8_t>(product);
}

/// The coefficients below the leading one of (x - 1)(x - 2)(x - 4)…
std::vector<std::uint8_t> Generator(std::size_t degree) {
  std::vector<std::uint8_t> result(degree, 0);
  result[degree - 1] = 1;
  std::uint8_t root = 1;
  for (std::size_t i = 0; i < degree; ++i) {
    for (std::size_t j = 0; j < degree; ++j) {
      result[j] = Multiply(result[j], root);
      if (j + 1 < degree) result[j] = static_cast<std::uint8_t>(result[j] ^ result[j + 1]);
    }
    root = Multiply(root, 2);
  }
  return result;
}

std::string Remainder(std::string_view data, const std::vector<std::uint8_t>& generator) {
  std::string result(generator.size(), '\0');
  for (char c : data) {
    const auto factor = static_cast<std::uint8_t>(c ^ result[0]);
    result.erase(0, 1);
    result += '\0';
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = static_cast<char>(static_cast<std::uint8_t>(result[i]) ^ Multiply(generator[i], factor));
    }
  }
  return result;
}

class Bits {
 public:
  void append(std::size_t value, unsigned count) {
    for (unsigned i = count; i-- > 0;) {
      if (used_++ % 8 == 0) bytes_ += '\0';
      const unsigned bit = static_cast<unsigned>(value >> i) & 1u;
      bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | bit << (7 - (used_ - 1) % 8));
    }
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
};

std::string DataCodewords(std::string_view text, unsigned number, std::size_t count) {
  Bits bits;
  bits.append(0x4, 4);  // byte mode
  bits.append(text.size(), number < kWideCounts ? 8 : 16);
  for (char c : text) bits.append(static_cast<unsigned char>(c), 8);
  bits.append(0, 4);
  std::string data = bits.bytes().substr(0, count);
  for (bool first = true; data.size() < count; first = !first) data += first ? '\xec' : '\x11';
  return data;
}

/// Data and error correction of all blocks, interleaved.
std::string Codewords(const std::string& data, const Version& version) {
  const auto generator = Generator(version.correction);
  const std::size_t short_size = data.size() / version.blocks;
  const std::size_t short_blocks = version.blocks - data.size() % version.blocks;
  std::vector<std::string> blocks;
  std::vector<std::string> corrections;
  for (std::size_t at = 0; blocks.size() < version.blocks;) {
    const std::size_t size = short_size + (blocks.size() < short_blocks ? 0 : 1);
    blocks.push_back(data.substr(at, size));
    corrections.push_back(Remainder(blocks.back(), generator));
    at += size;
  }
  std::string all;
  for (const auto& part : {blocks, corrections}) {
    for (std::size_t i = 0; i < part.back().size(); ++i) {
      for (const std::string& block : part) {
        if (i < block.size()) all += block[i];
      }
    }
  }
  return all;
}

// --- PNG ---

void AppendNumber(std::string& out, std::uint32_t value) {
  for (unsigned shift : {24u, 16u, 8u, 0u}) out += static_cast<char>(value >> shift);
}

std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1u) * 0xedb88320u);
  }
  return ~crc;
}

void AppendChunk(std::string& out, std::string_view type, std::string_view body) {
  AppendNumber(out, static_cast<std::uint32_t>(body.size()));
  const std::string content = std::string(type).append(body);
  AppendNumber(out += content, Crc32(content));
}

/// A zlib stream (RFC 1950) of stored blocks: a few kilobytes need no compression.
std::string Stored(std::string_view bytes) {
  constexpr std::size_t kBlock = 65535;
  std::uint32_t a = 1, b = 0;
  for (char c : bytes) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  std::string out = "\x78\x01";
  do {
    const std::string_view block = bytes.substr(0, kBlock);
    bytes.remove_prefix(block.size());
    const auto size = static_cast<unsigned>(block.size());
    out += bytes.empty() ? '\1' : '\0';
    for (unsigned value : {size, ~size}) {
      out += static_cast<char>(value & 0xffu);
      out += static_cast<char>(value >> 8 & 0xffu);
    }
    out += block;
  } while (!bytes.empty());
  AppendNumber(out, b << 16 | a);
  return out;
}

}  // namespace

QrCode::QrCode(unsigned version)
    : version_(version), size_(17 + 4 * version), modules_(size_ * size_), fixed_(size_ * size_) {
  for (std::size_t i = 0; i < size_; ++i) {
    fix(6, i, i % 2 == 0);
    fix(i, 6, i % 2 == 0);
  }
  draw_finder(3, 3);
  draw_finder(size_ - 4, 3);
  draw_finder(3, size_ - 4);
  draw_alignment();
  draw_format();
  draw_version();
}

std::optional<QrCode> QrCode::Encode(std::string_view text) {
  for (unsigned number = 1; number <= std::size(kVersions); ++number) {
    const Version& version = kVersions[number - 1];
    const std::size_t header = number < kWideCounts ? 2 : 3;  // mode and length, with the rest of the last octet
    if (text.size() + header > version.data()) continue;
    QrCode code(number);
    code.draw_codewords(Codewords(DataCodewords(text, number, version.data()), version));
    return code;
  }
  return std::nullopt;
}

void QrCode::fix(std::size_t x, std::size_t y, bool is_dark) {
  modules_[y * size_ + x] = is_dark;
  fixed_[y * size_ + x] = true;
}

void QrCode::draw_finder(std::size_t center_x, std::size_t center_y) {
  for (int dy = -4; dy <= 4; ++dy) {
    for (int dx = -4; dx <= 4; ++dx) {
      const std::size_t x = center_x + static_cast<std::size_t>(dx);
      const std::size_t y = center_y + static_cast<std::size_t>(dy);
      const int distance = std::max(std::abs(dx), std::abs(dy));
      if (x < size_ && y < size_) fix(x, y, distance != 2 && distance != 4);  // those outside have wrapped around
    }
  }
}

void QrCode::draw_alignment() {
  if (version_ == 1) return;
  const std::size_t count = version_ / 7 + 2;
  const std::size_t step = (version_ * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
  std::vector<std::size_t> places{6};
  for (std::size_t i = 0; i + 1 < count; ++i) places.insert(places.begin() + 1, size_ - 7 - i * step);
  for (std::size_t cx : places) {
    for (std::size_t cy : places) {
      const bool finder = (cx == 6 && cy == 6) || (cx == 6 && cy == places.back()) || (cx == places.back() && cy == 6);
      if (finder) continue;
      for (std::size_t y = cy - 2; y <= cy + 2; ++y) {
        for (std::size_t x = cx - 2; x <= cx + 2; ++x) {
          const bool ring = (x == cx - 1 || x == cx || x == cx + 1) && (y == cy - 1 || y == cy || y == cy + 1);
          fix(x, y, !ring || (x == cx && y == cy));
        }
      }
    }
  }
}

/// Level L and mask 0. Readers take any mask: the scores by which encoders choose one help worn prints, not screens.
void QrCode::draw_format() {
  constexpr unsigned kFormat = 1u << 3;
  unsigned rest = kFormat;
  for (int i = 0; i < 10; ++i) rest = (rest << 1) ^ ((rest >> 9) * 0x537u);
  const unsigned bits = (kFormat << 10 | rest) ^ 0x5412u;
  const auto bit = [bits](std::size_t i) { return (bits >> i & 1u) != 0; };
  for (std::size_t i = 0; i < 15; ++i) {
    const std::size_t along = i < 6 ? i : i < 8 ? i + 1 : 14 - i;
    if (i < 8) {
      fix(8, along, bit(i));
      fix(size_ - 1 - i, 8, bit(i));
    } else {
      fix(i == 8 ? 7 : along, 8, bit(i));
      fix(8, size_ - 15 + i, bit(i));
    }
  }
  fix(8, size_ - 8, true);
}

void QrCode::draw_version() {
  if (version_ < 7) return;
  unsigned rest = version_;
  for (int i = 0; i < 12; ++i) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25u);
  const unsigned bits = version_ << 12 | rest;
  for (std::size_t i = 0; i < 18; ++i) {
    const bool is_dark = (bits >> i & 1u) != 0;
    fix(size_ - 11 + i % 3, i / 3, is_dark);
    fix(i / 3, size_ - 11 + i % 3, is_dark);
  }
}

void QrCode::draw_codewords(std::string_view codewords) {
  std::size_t used = 0;
  for (std::size_t right = size_ - 1; right >= 1 && right < size_; right -= 2) {
    if (right == 6) right = 5;
    const bool upward = ((right + 1) & 2u) == 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const std::size_t y = upward ? size_ - 1 - i : i;
      for (std::size_t x : {right, right - 1}) {
        if (fixed_[y * size_ + x]) continue;
        bool is_dark = false;  // what no codeword fills
        if (used < codewords.size() * 8) {
          is_dark = (static_cast<unsigned char>(codewords[used / 8]) >> (7 - used % 8) & 1u) != 0;
          ++used;
        }
        modules_[y * size_ + x] = is_dark != ((x + y) % 2 == 0);
      }
    }
  }
}

std::string QrPng(const QrCode& code, std::size_t scale) {
  constexpr std::size_t kQuiet = 4;
  const std::size_t side = (code.size() + 2 * kQuiet) * scale;
  std::string pixels;
  pixels.reserve(side * (side + 1));
  for (std::size_t y = 0; y < side; ++y) {
    pixels += '\0';  // no filter
    for (std::size_t x = 0; x < side; ++x) {
      const std::size_t mx = x / scale - kQuiet;
      const std::size_t my = y / scale - kQuiet;
      pixels += mx < code.size() && my < code.size() && code.dark(mx, my) ? '\0' : '\xff';
    }
  }
  std::string header;
  AppendNumber(header, static_cast<std::uint32_t>(side));
  AppendNumber(header, static_cast<std::uint32_t>(side));
  header.append("\x08\0\0\0\0", 5);  // eight bits of grey
  std::string png = "\x89PNG\r\n\x1a\n";
  AppendChunk(png, "IHDR", header);
  AppendChunk(png, "IDAT", Stored(pixels));
  AppendChunk(png, "IEND", {});
  return png;
}

}  // namespace keymill::iam
