#include "server/control/seed.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "server/control/errors.h"
#include "server/control/json_places.h"
#include "server/control/operator.h"

namespace keymill::control {
namespace {

namespace json = boost::json;

/// Ends a commit without leaving anything behind.
struct RolledBack {};

aws::Error Invalid(const Place& place, const std::string& path, const std::string& message) {
  const std::string line = std::to_string(place.line), column = std::to_string(place.column);
  return aws::Error(InvalidSeed, "line " + line + ", column " + column + ": " + path + ": " + message)
      .with("path", path)
      .with("line", line)
      .with("column", column);
}

/// A refusal of one of the services, at the place in the file that it is about.
aws::Error Invalid(std::string_view text, const std::string& path, const aws::Error& refusal) {
  const bool own = refusal.code() == InvalidSeed.code;
  std::string message = own ? "" : std::string(refusal.code());
  if (!own && !refusal.message().empty()) message += ": ";
  return Invalid(PlaceOf(text, path), path, message + refusal.message()).with("cause", std::string(refusal.code()));
}

/// All that is wrong with the form, up to a limit: often one mistake shows in two places.
aws::Error AllOf(std::string_view text, const Complaints& complaints) {
  constexpr std::size_t kMost = 5;
  std::string messages;
  for (std::size_t i = 1; i < std::min(complaints.size(), kMost); ++i) {
    const Complaint& each = complaints[i];
    messages += "; " + Invalid(PlaceOf(text, each.path), each.path, each.message).message();
  }
  if (complaints.size() > kMost) messages += "; and " + std::to_string(complaints.size() - kMost) + " more";
  const Complaint& first = complaints.front();
  return Invalid(PlaceOf(text, first.path), first.path, first.message + messages);
}

std::string ReadWhole(const std::filesystem::path& file, std::uintmax_t limit) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  std::error_code failure;
  const bool regular = std::filesystem::is_regular_file(file, failure) || std::filesystem::is_fifo(file, failure);
  if (!in || !regular) {
    throw std::runtime_error("cannot read " + file.string() + ": " + (in ? "not a file" : std::strerror(errno)));
  }
  char piece[65536];
  while (text.size() <= limit && (in.read(piece, sizeof piece), in.gcount() > 0)) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

std::vector<SeedVersion*> VersionsOf(SeedBucket& bucket) {
  std::vector<SeedVersion*> all;
  for (SeedObject& object : bucket.objects) {
    for (SeedVersion& version : object.versions) all.push_back(&version);
  }
  return all;
}

/// Resolves the files that contents come from. Small ones are read at once: they go into the commit.
Result<> Locate(std::string_view text, const std::optional<std::filesystem::path>& directory, Seed& seed) {
  for (SeedAccount& account : seed.accounts) {
    for (SeedBucket& bucket : account.buckets) {
      for (SeedVersion* version : VersionsOf(bucket)) {
        SeedVersion& object = *version;
        if (!object.file) continue;
        const std::string path = object.path + ".content.file";
        if (!directory) {
          return Invalid(PlaceOf(text, path), path,
                         "a request cannot name files; \"keymill seed\" sends what is in them");
        }
        *object.file = *directory / *object.file;
        std::error_code failure;
        const auto size = std::filesystem::file_size(*object.file, failure);
        if (failure) {
          return Invalid(PlaceOf(text, path), path, "cannot read " + object.file->string() + ": " + failure.message());
        }
        if (size > store::kRowLimit) continue;
        object.content = ReadWhole(*object.file, store::kRowLimit);
        object.file.reset();
      }
    }
  }
  return {};
}

Result<Seed> Parse(std::string_view text, const std::string& own_account) {
  if (text.size() > kMaxSeed) {
    return aws::Error(SeedTooLarge, "A seed may have " + std::to_string(kMaxSeed) +
                                        " bytes; larger contents of objects " + "can be files of their own.");
  }
  std::string complaint;
  std::size_t line = 0;
  const auto value = ParseJson(text, complaint, line);
  if (!value) {
    return aws::Error(InvalidSeed, "line " + std::to_string(line) + ": not valid JSON: " + complaint)
        .with("line", std::to_string(line));
  }
  if (const auto twice = FindDuplicate(text)) return Invalid(twice->place, twice->path, "is there twice");
  Complaints complaints;
  Seed seed = ReadSeed(*value, own_account, complaints);
  if (complaints.empty()) return seed;
  return AllOf(text, complaints);
}

}  // namespace

Result<SeedCounts> ApplySeed(std::string_view text, const std::optional<std::filesystem::path>& directory,
                             const SeedTarget& target) {
  auto seed = Parse(text, target.config.account_id);
  if (!seed) return seed.error();
  if (auto located = Locate(text, directory, *seed); !located) return located.error();
  PreparePasswords(store::Reader(target.db, store::Reader::Mode::kBlocking), *seed);
  SeedBodies bodies(target.db);
  for (const SeedAccount& account : seed->accounts) {
    for (const SeedBucket& bucket : account.buckets) {
      for (const SeedObject& object : bucket.objects) {
        for (const SeedVersion& version : object.versions) {
          if (!version.delete_marker) bodies.measure(version);
        }
      }
    }
  }
  for (;;) {
    std::optional<Result<SeedCounts>> outcome;
    std::string at;
    const auto apply = [&](store::Txn& txn) {
      SeedRun run(txn, target.config, target.now, bodies);
      outcome = run.apply(*seed);
      at = run.at();
      if (!*outcome || bodies.wanting()) throw RolledBack();
    };
    try {
      target.committer.run(apply);
      bodies.kept();
      return *outcome;
    } catch (const RolledBack&) {
    }
    if (!*outcome) return Invalid(text, at, outcome->error());
    bodies.write_wanted();
  }
}

SeedCounts ApplySeedFile(const std::filesystem::path& file, const SeedTarget& target) {
  const std::string text = ReadWhole(file, kMaxSeed);
  const auto counts = ApplySeed(text, file.parent_path(), target);
  if (!counts) throw std::runtime_error(file.string() + ": " + counts.error().message());
  return *counts;
}

Task<Result<http::Response>> PutSeed(pipeline::Call& call) {
  if (auto allowed = RequireOperator(call); !allowed) co_return allowed.error();
  const auto text = co_await ReadText(call, kMaxSeed);
  if (!text) co_return text.error();
  const pipeline::Services& services = call.services();
  const SeedTarget target{services.config, services.db, services.committer, call.now()};
  auto apply = [&] { return ApplySeed(*text, std::nullopt, target); };
  const auto counts = co_await http::Blocking(apply);
  if (!counts) co_return counts.error();
  co_return JsonAnswer(
      json::object{{"created", counts->created}, {"changed", counts->changed}, {"unchanged", counts->unchanged}});
}

}  // namespace keymill::control
