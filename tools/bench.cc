// `keymill bench verify`: what a signature check costs on this machine, beside the hashes that it cannot do without.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <limits>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "tools/bench_cases.h"
#include "tools/commands.h"

namespace keymill::tools {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

struct BenchFlags {
  double seconds = 6;
  bool as_json = false;
};

double SecondsOf(const std::function<bool(std::size_t)>& work, std::size_t rounds, const std::string& name) {
  const auto began = Steady::now();
  if (!work(rounds)) throw std::runtime_error("a signature of " + name + " was refused: nothing was measured");
  return std::chrono::duration<double>(Steady::now() - began).count();
}

struct Figure {
  const BenchCase& what;
  double verify_ns = std::numeric_limits<double>::max(), bare_ns = verify_ns;
};

/// The best of several short turns of each, taken in turn: on a busy machine the best is nearest to the truth, and both
/// sides have met the same disturbances.
Figure Measure(const BenchCase& what, double seconds) {
  constexpr int kTurns = 40;
  std::size_t rounds = 1;
  while (SecondsOf(what.verify, rounds, what.name) < 0.002) rounds *= 2;
  const double once = SecondsOf(what.verify, rounds, what.name) / static_cast<double>(rounds);
  rounds = std::max<std::size_t>(1, static_cast<std::size_t>(seconds / (2 * kTurns) / once));
  Figure figure{what};
  for (int turn = 0; turn < kTurns; ++turn) {
    const auto nanoseconds = [&](const auto& work) {
      return SecondsOf(work, rounds, what.name) * 1e9 / static_cast<double>(rounds);
    };
    figure.verify_ns = std::min(figure.verify_ns, nanoseconds(what.verify));
    figure.bare_ns = std::min(figure.bare_ns, nanoseconds(what.bare));
  }
  return figure;
}

int RunVerify(const BenchFlags& flags) {
  const auto cases = VerifyCases();
  json::array results;
  if (!flags.as_json) {
    std::printf("%-40s %12s %12s %7s %12s\n", "verification", "ns", "bare hashes", "ratio", "a second");
  }
  for (const BenchCase& what : cases) {
    const Figure figure = Measure(what, flags.seconds / static_cast<double>(cases.size()));
    const double ratio = figure.verify_ns / figure.bare_ns;
    if (flags.as_json) {
      results.push_back(
          json::object{{"name", what.name}, {"ns", figure.verify_ns}, {"bare_ns", figure.bare_ns}, {"ratio", ratio}});
    } else {
      std::printf("%-40s %12.0f %12.0f %7.2f %12.0f\n", what.title.c_str(), figure.verify_ns, figure.bare_ns, ratio,
                  1e9 / figure.verify_ns);
      std::fflush(stdout);
    }
  }
  if (flags.as_json) {
    std::cout << json::serialize(json::object{{"canonical_octets", CanonicalOctets()}, {"verify", results}}) << '\n';
  } else {
    std::printf("One thread; the best of forty turns. A boto3 GetObject has a canonical request of %zu octets.\n",
                CanonicalOctets());
  }
  return 0;
}

}  // namespace

void AddBench(CLI::App& app) {
  auto flags = std::make_shared<BenchFlags>();
  auto* bench = app.add_subcommand("bench", "Measure parts of Keymill on this machine");
  bench->require_subcommand(1);
  auto* verify = bench->add_subcommand("verify", "What a signature check costs, beside the bare hashes");
  verify->add_option("--seconds", flags->seconds, "How long to measure, in all")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  verify->add_flag("--json", flags->as_json, "Print the result as JSON");
  verify->callback([flags] { throw CLI::RuntimeError(RunVerify(*flags)); });
}

}  // namespace keymill::tools
