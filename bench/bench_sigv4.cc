// What a signature check costs, beside the hash work that it cannot do without ("…Bare"). The cases are those of
// `keymill bench verify`, which needs no Google Benchmark.
#include <benchmark/benchmark.h>

#include "tools/bench_cases.h"

namespace {

void Register(const std::string& name, const std::function<bool(std::size_t)>& work) {
  constexpr std::size_t kBatch = 16;
  benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
    while (state.KeepRunningBatch(kBatch)) {
      if (!work(kBatch)) state.SkipWithError("refused");
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& what : keymill::tools::VerifyCases()) {
    Register(what.name, what.verify);
    Register(what.name + "Bare", what.bare);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
