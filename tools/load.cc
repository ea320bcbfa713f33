// `keymill load`: drives an S3 endpoint with signed requests and reports rates and latencies.

#include "server/http/load.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <memory>
#include <random>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "sigv4/encoding.h"
#include "sigv4/sign.h"
#include "tools/aws_client.h"
#include "tools/commands.h"
#include "tools/signing_flags.h"

namespace keymill::tools {
namespace {

namespace json = boost::json;

enum Kind : std::size_t { kGet, kPut, kHead, kList, kKinds };
constexpr const char* kNames[kKinds] = {"get", "put", "head", "list"};
constexpr std::int64_t kResignAfter = 300;  // seconds; a signature is good for 900

struct LoadFlags {
  SigningFlags signing;
  std::string endpoint, bucket = "keymill-load", mix = "get=100";
  std::uint64_t size = 1024;
  unsigned keys = 1000, connections = 32;
  double duration = 10;
  bool as_json = false;
};

std::vector<double> ParseMix(const std::string& text) {
  std::vector<double> weights(kKinds, 0);
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find(',', at), text.size());
    auto item = text.substr(at, end - at);
    auto equals = item.find('=');
    auto name = item.substr(0, equals);
    auto kind = std::find(std::begin(kNames), std::end(kNames), name) - std::begin(kNames);
    double weight = equals == std::string::npos ? 1 : std::atof(item.c_str() + equals + 1);
    if (kind == kKinds || !(weight >= 0)) {
      throw std::invalid_argument("--mix '" + text +
                                  "': expected get, put, head or list with weights, such as get=80,put=20");
    }
    weights[static_cast<std::size_t>(kind)] = weight;
    at = end + 1;
  }
  return weights;
}

/// Requests that are signed once and sent again and again, and signed anew before they grow stale.
class SignedRequests {
 public:
  SignedRequests(const LoadFlags& flags, const Url& url)
      : flags_(flags), url_(url), credentials_(flags.signing.credentials()) {
    body_.resize(flags.size);
    std::mt19937_64 random(1);
    for (auto& c : body_) c = static_cast<char>(random());
    body_hash_ = sigv4::hex(sigv4::sha256(body_));
    for (auto& made : heads_) made.resize(flags.keys);
  }
  http::LoadRequest get(Kind kind, unsigned key) {
    auto& made = heads_[kind][key];
    auto now = std::time(nullptr);
    if (made.text.empty() || now - made.time > kResignAfter) made = {sign(kind, key, now), now};
    return {made.text, kind == kPut ? std::string_view(body_) : std::string_view(), kind == kHead, kind};
  }

 private:
  struct Made {
    std::string text;
    std::int64_t time = 0;
  };
  std::string sign(Kind kind, unsigned key, std::int64_t now) const {
    sigv4::SignRequest request;
    request.method = kind == kPut ? "PUT" : kind == kHead ? "HEAD" : "GET";
    request.path = "/" + flags_.bucket + (kind == kList ? "" : "/load/" + std::to_string(key));
    if (kind == kList) request.query = "list-type=2&prefix=load%2F";
    request.headers = {{"Host", url_.host}};
    if (kind == kPut) request.payload = body_hash_;
    sigv4::Signing signing{flags_.signing.region, flags_.signing.service, now};
    auto head =
        request.method + " " + request.path + (request.query.empty() ? "" : "?" + request.query) + " HTTP/1.1\r\n";
    auto made = sigv4::sign(request, credentials_, signing);
    for (const auto* lines : {&request.headers, &made.headers}) {
      for (const auto& line : *lines) head += line.name + ": " + line.value + "\r\n";
    }
    if (kind == kPut) head += "Content-Length: " + std::to_string(body_.size()) + "\r\n";
    return head + "\r\n";
  }

  const LoadFlags& flags_;
  const Url& url_;
  sigv4::Credentials credentials_;
  std::string body_, body_hash_;
  std::vector<Made> heads_[kKinds];
};

// Makes the bucket and the objects that GET, HEAD and LIST need, and learns whether the server verifies signatures:
// a rate of unverified answers would be compared with nothing.
void Prepare(const LoadFlags& flags, const Url& url, const std::vector<double>& weights) {
  AwsClient client(url.origin(), flags.signing.region, flags.signing.credentials());
  auto made = client.s3("PUT", "/" + flags.bucket);
  if (made.status >= 300 && made.status != 409) throw std::runtime_error("cannot create the bucket: " + made.summary());
  if (weights[kGet] + weights[kHead] + weights[kList] > 0) {
    std::string body(flags.size, 'x');
    for (unsigned key = 0; key < flags.keys; ++key) {
      auto put = client.s3("PUT", "/" + flags.bucket + "/load/" + std::to_string(key), {}, body);
      if (put.status >= 300) throw std::runtime_error("cannot store an object: " + put.summary());
    }
  }
  auto forged = flags.signing.credentials();
  forged.secret_access_key += "x";
  auto answer = AwsClient(url.origin(), flags.signing.region, forged).s3("GET", "/" + flags.bucket);
  if (answer.status != 403) {
    std::fprintf(stderr, "warning: a forged signature was answered %s: this server does not verify\n",
                 answer.summary().c_str());
  }
}

double Percentile(const std::vector<std::uint32_t>& sorted, double p) {
  if (sorted.empty()) return 0;
  auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(sorted.size())));
  return sorted[std::min(sorted.size() - 1, rank == 0 ? 0 : rank - 1)];
}

int Load(const LoadFlags& flags) {
  Url url(flags.endpoint);
  if (url.scheme != "http") throw std::invalid_argument("load drives http:// endpoints");
  auto weights = ParseMix(flags.mix);
  Prepare(flags, url, weights);
  SignedRequests requests(flags, url);
  std::mt19937 random(7);
  std::discrete_distribution<std::size_t> pick_kind(weights.begin(), weights.end());
  std::uniform_int_distribution<unsigned> pick_key(0, flags.keys - 1);
  auto next = [&] { return requests.get(static_cast<Kind>(pick_kind(random)), pick_key(random)); };
  std::uint64_t before = 0;
  auto progress = [&](double seconds, std::uint64_t count) {
    std::fprintf(stderr, "\r%5.0f s %10llu requests/s", seconds, static_cast<unsigned long long>(count - before));
    before = count;
  };
  auto colon = url.host.rfind(':');
  http::LoadOptions options;
  options.host = url.host.substr(0, colon);
  options.port = colon == std::string::npos ? "80" : url.host.substr(colon + 1);
  options.connections = flags.connections;
  options.duration = std::chrono::milliseconds(static_cast<std::int64_t>(flags.duration * 1000));
  options.kinds = kKinds;
  auto result = http::RunLoad(options, next, progress);
  std::fputc('\n', stderr);

  const double rate = static_cast<double>(result.requests) / result.seconds;
  const double megabytes = static_cast<double>(result.bytes_in + result.bytes_out) / 1e6 / result.seconds;
  bool good = result.broken == 0 && result.requests > 0;
  for (const auto& [status, count] : result.statuses) good = good && status < 300;
  json::object out{{"requests", result.requests},         {"seconds", result.seconds},
                   {"requests_per_second", rate},         {"megabytes_per_second", megabytes},
                   {"broken_connections", result.broken}, {"generator_cpu_seconds", result.own_cpu_seconds}};
  json::object statuses, kinds;
  for (const auto& [status, count] : result.statuses) statuses[std::to_string(status)] = count;
  if (!flags.as_json) {
    std::printf("%llu requests in %.1f s: %.0f requests/s, %.1f MB/s, %llu broken connections, generator CPU %.0f%%\n",
                static_cast<unsigned long long>(result.requests), result.seconds, rate, megabytes,
                static_cast<unsigned long long>(result.broken), 100 * result.own_cpu_seconds / result.seconds);
    for (const auto& [status, count] : result.statuses) {
      std::printf("  status %d: %llu\n", status, static_cast<unsigned long long>(count));
    }
    std::printf("  %-6s %10s %9s %9s %9s %9s %9s\n", "", "requests", "p50 us", "p90 us", "p99 us", "p99.9 us",
                "max us");
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    auto& sorted = result.latencies[kind];
    if (sorted.empty()) continue;
    std::sort(sorted.begin(), sorted.end());
    double p50 = Percentile(sorted, 0.5), p90 = Percentile(sorted, 0.9), p99 = Percentile(sorted, 0.99),
           p999 = Percentile(sorted, 0.999);
    kinds[kNames[kind]] =
        json::object{{"requests", sorted.size()}, {"p50_us", p50},          {"p90_us", p90}, {"p99_us", p99},
                     {"p999_us", p999},           {"max_us", sorted.back()}};
    if (!flags.as_json) {
      std::printf("  %-6s %10zu %9.0f %9.0f %9.0f %9.0f %9u\n", kNames[kind], sorted.size(), p50, p90, p99, p999,
                  sorted.back());
    }
  }
  out["statuses"] = std::move(statuses);
  out["operations"] = std::move(kinds);
  if (flags.as_json) std::cout << json::serialize(out) << '\n';
  return good ? 0 : 1;
}

}  // namespace

void AddLoad(CLI::App& app) {
  auto flags = std::make_shared<LoadFlags>();
  auto* load = app.add_subcommand("load", "Drive an S3 endpoint with signed requests and measure it");
  load->add_option("endpoint", flags->endpoint, "The server's URL")->required()->type_name("URL");
  load->add_option("--bucket", flags->bucket, "Bucket to use; made if it does not exist")->capture_default_str();
  load->add_option("--mix", flags->mix, "Weights of get, put, head and list")
      ->type_name("get=80,put=20")
      ->capture_default_str();
  load->add_option("--size", flags->size, "Bytes of an object")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 30))
      ->capture_default_str();
  load->add_option("--keys", flags->keys, "Distinct objects")->check(CLI::Range(1u, 1000000u))->capture_default_str();
  load->add_option("-c,--connections", flags->connections, "Connections, one request in flight on each")
      ->check(CLI::Range(1u, 10000u))
      ->capture_default_str();
  load->add_option("-d,--duration", flags->duration, "Seconds to run")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  load->add_flag("--json", flags->as_json, "Print the result as JSON");
  flags->signing.add_to(*load);
  load->footer("Exit status 0 only if every request was answered with success.");
  load->callback([flags] { throw CLI::RuntimeError(Load(*flags)); });
}

}  // namespace keymill::tools
