#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace keymill::tools {

/// One thing to measure beside the work that cannot be avoided: `bare` hashes the same number of octets in the same
/// pattern, in one loop, with nothing else. Compare within one run: the ratio travels from machine to machine, the
/// nanoseconds do not.
struct BenchCase {
  std::string name;   ///< "HeaderCached"
  std::string title;  ///< for people
  /// Does it `rounds` times; false if a signature was refused, which makes the figure worthless.
  std::function<bool(std::size_t rounds)> verify, bare;
};

/// Verifications: what boto3 sends for GetObject, the same presigned, one signed 64 KiB chunk, and SigV4A; each with
/// the signing key in the cache and not. Used by `keymill bench verify` and bench/bench_sigv4.
std::vector<BenchCase> VerifyCases();

/// The octets of a boto3 GetObject's canonical request, for a report.
std::size_t CanonicalOctets();

}  // namespace keymill::tools
