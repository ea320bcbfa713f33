#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keymill::log {

// Structured logging to standard error: a message and named values, as text or as one JSON object a line. Secrets,
// signatures and session tokens are never values: nothing here can take them back.

enum class Level : int { kTrace, kDebug, kInfo, kWarn, kError, kOff };
using Values = std::vector<std::pair<std::string_view, std::string>>;

/// `level`: trace, debug, info, warn, error, off. `format`: text or json. Returns false for another word.
bool Configure(std::string_view level, std::string_view format);
bool Enabled(Level level);

void Write(Level level, std::string_view message, const Values& values = {});
inline void Debug(std::string_view message, const Values& values = {}) {
  Write(Level::kDebug, message, values);
}
inline void Info(std::string_view message, const Values& values = {}) {
  Write(Level::kInfo, message, values);
}
inline void Warn(std::string_view message, const Values& values = {}) {
  Write(Level::kWarn, message, values);
}
inline void Error(std::string_view message, const Values& values = {}) {
  Write(Level::kError, message, values);
}

}  // namespace keymill::log
