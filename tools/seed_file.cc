#include "tools/seed_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "server/control/json_places.h"
#include "server/control/seed_document.h"
#include "sigv4/encoding.h"

namespace keymill::tools {
namespace {

std::string ReadAll(std::istream& in, const std::string& name) {
  std::string text;
  char piece[65536];
  while (in && (in.read(piece, sizeof piece), in.gcount() > 0)) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
    if (text.size() <= control::kMaxSeed) continue;
    throw std::runtime_error(name + " is larger than the 16 MiB that one request may bring; \"keymill serve --seed\" " +
                             "takes contents of any size from files");
  }
  if (in.bad()) throw std::runtime_error("cannot read " + name + ": " + std::strerror(errno));
  return text;
}

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string() + ": " + std::strerror(errno));
  return ReadAll(in, file.string());
}

struct Replacement {
  control::Place place;
  std::filesystem::path file;
};

/// Where contents are files, last ones first. Empty for a text that the server will refuse.
std::vector<Replacement> FindFiles(const std::string& text) {
  std::string complaint;
  std::size_t line = 0;
  const auto value = control::ParseJson(text, complaint, line);
  if (!value) return {};
  control::Complaints complaints;
  const control::Seed seed = control::ReadSeed(*value, std::string(12, '0'), complaints);
  if (!complaints.empty()) return {};
  std::vector<Replacement> found;
  for (const auto& account : seed.accounts) {
    for (const auto& bucket : account.buckets) {
      for (const auto& object : bucket.objects) {
        for (const auto& version : object.versions) {
          if (version.file) found.push_back({control::PlaceOf(text, version.path + ".content"), *version.file});
        }
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.place.begin > b.place.begin; });
  return found;
}

}  // namespace

std::string ReadSeedFile(const std::string& name) {
  std::string text = name == "-" ? ReadAll(std::cin, "standard input") : ReadFile(name);
  const auto directory = std::filesystem::path(name).parent_path();
  for (const Replacement& each : FindFiles(text)) {
    const std::string octets = sigv4::base64_encode(ReadFile(directory / each.file));
    text.replace(each.place.begin, each.place.end - each.place.begin, "{\"base64\": \"" + octets + "\"}");
  }
  return text;
}

}  // namespace keymill::tools
