#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// QR codes (ISO/IEC 18004) for the seeds of MFA devices, as PNG images.
namespace keymill::iam {

/// The modules of a square symbol; true = dark.
class QrCode {
 public:
  /// Byte mode, error correction level L, in the smallest version that holds the text; nullopt above 520 octets.
  static std::optional<QrCode> Encode(std::string_view text);

  std::size_t size() const { return size_; }
  bool dark(std::size_t x, std::size_t y) const { return modules_[y * size_ + x]; }

 private:
  explicit QrCode(unsigned version);
  void fix(std::size_t x, std::size_t y, bool is_dark);
  void draw_finder(std::size_t center_x, std::size_t center_y);
  void draw_alignment();
  void draw_format();
  void draw_version();
  void draw_codewords(std::string_view codewords);

  unsigned version_;
  std::size_t size_;
  std::vector<bool> modules_;
  std::vector<bool> fixed_;  ///< those that carry no data
};

/// A grey-scale PNG with a quiet zone of four modules; `scale` pixels a module.
std::string QrPng(const QrCode& code, std::size_t scale);

}  // namespace keymill::iam
