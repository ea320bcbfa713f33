#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace keymill::http {

/// One request on the wire. Both texts stay alive until load has ended.
struct LoadRequest {
  std::string_view head;  ///< request line and header section with its empty line
  std::string_view body;
  bool head_method = false;  ///< HEAD: no response body follows
  std::size_t kind = 0;      ///< index for the caller's own accounting
};

/// What a run measured.
struct LoadResult {
  double seconds = 0;
  std::uint64_t requests = 0;                 ///< answered, whatever the status
  std::uint64_t broken = 0;                   ///< connections that ended in mid-request
  std::uint64_t bytes_in = 0, bytes_out = 0;  ///< bodies and heads
  std::map<int, std::uint64_t> statuses;
  std::vector<std::vector<std::uint32_t>> latencies;  ///< microseconds by kind, in order of arrival
  double own_cpu_seconds = 0;
};

struct LoadOptions {
  std::string host, port;
  unsigned connections = 32;
  std::chrono::milliseconds duration{10000};
  std::size_t kinds = 1;
};

/// Drives a server with one request in flight on each connection until the time is over. One thread: the generator
/// shall not be what is measured. `next` makes the request of a connection; `progress` is called once a second with
/// the count so far. Throws ClientError if no connection can be made at all.
LoadResult RunLoad(const LoadOptions& options, const std::function<LoadRequest()>& next,
                   const std::function<void(double seconds, std::uint64_t requests)>& progress);

}  // namespace keymill::http
