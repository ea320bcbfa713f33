#include "server/log.h"

#include <array>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace keymill::log {
namespace {

bool json = false;
constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 6> kLevels{{
    {"trace", spdlog::level::trace},
    {"debug", spdlog::level::debug},
    {"info", spdlog::level::info},
    {"warn", spdlog::level::warn},
    {"error", spdlog::level::err},
    {"off", spdlog::level::off},
}};

spdlog::logger& Logger() {
  static auto logger = spdlog::stderr_logger_mt("keymill");
  return *logger;
}

spdlog::level::level_enum ToSpdlog(Level level) {
  return kLevels[static_cast<std::size_t>(level)].second;
}

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::value(boost::json::string(text)));
}

}  // namespace

bool Configure(std::string_view level, std::string_view format) {
  if (format != "text" && format != "json") return false;
  for (const auto& [name, value] : kLevels) {
    if (name != level) continue;
    json = format == "json";
    Logger().set_level(value);
    Logger().flush_on(spdlog::level::trace);
    Logger().set_formatter(std::make_unique<spdlog::pattern_formatter>(
        json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %-5l %v",
        spdlog::pattern_time_type::utc));
    return true;
  }
  return false;
}

bool Enabled(Level level) {
  return Logger().should_log(ToSpdlog(level));
}

void Write(Level level, std::string_view message, const Values& values) {
  if (!Enabled(level)) return;
  std::string line;
  if (json) {
    line = "\"message\":" + Quoted(message);
    for (const auto& [name, value] : values) line += "," + Quoted(name) + ":" + Quoted(value);
  } else {
    line = message;
    for (const auto& [name, value] : values) {
      bool plain = !value.empty() && value.find_first_of(" \"\\\t\r\n=") == std::string::npos;
      line.append(" ").append(name).append("=").append(plain ? value : Quoted(value));
    }
  }
  Logger().log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace keymill::log
