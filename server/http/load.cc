#include "server/http/load.h"

#include <array>
#include <memory>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <sys/resource.h>

#include "server/http/client.h"
#include "server/task.h"

namespace keymill::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

// Follows a response to its end and keeps nothing of it but the status.
class ResponseScanner final : public boost::beast::http::basic_parser<false> {
 public:
  explicit ResponseScanner(bool head_method) {
    eager(true);
    body_limit(boost::none);
    skip(head_method);
  }
  int status() const { return status_; }

 private:
  using Text = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, Text, Text, int, ErrorCode&) override {}
  void on_response_impl(int code, Text, int, ErrorCode&) override { status_ = code; }
  void on_field_impl(boost::beast::http::field, Text, Text, ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(Text body, ErrorCode&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, ErrorCode&) override { return body.size(); }
  void on_finish_impl(ErrorCode&) override {}

  int status_ = 0;
};

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Run {
  const LoadOptions& options;
  const std::function<LoadRequest()>& next;
  LoadResult result{};
  asio::io_context io{1};
  tcp::resolver::results_type server{};
  SteadyClock::time_point end{};
  bool over() const { return SteadyClock::now() >= end; }
};

class Connection {
 public:
  explicit Connection(Run& run) : run_(run), socket_(run.io), in_(64 << 10) { dial(); }

  static DetachedTask Drive(Connection& self) {
    while (!self.run_.over()) {
      bool whole = false;
      try {
        whole = co_await self.exchange();
      } catch (const ClientError&) {
        break;  // the server is gone
      }
      if (!whole) ++self.run_.result.broken;
    }
    ErrorCode ignored;
    self.socket_.close(ignored);
  }

 private:
  struct Wait {
    tcp::socket& socket;
    tcp::socket::wait_type type;
    ErrorCode ec{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) {
      socket.async_wait(type, [this, coroutine](ErrorCode failed) {
        ec = failed;
        coroutine.resume();
      });
    }
    void await_resume() const noexcept {}
  };

  void dial() {
    ErrorCode ec;
    socket_ = tcp::socket(run_.io);
    asio::connect(socket_, run_.server, ec);
    if (ec) throw ClientError("cannot connect to " + run_.options.host + ":" + run_.options.port + ": " + ec.message());
    socket_.set_option(tcp::no_delay(true), ec);
    socket_.non_blocking(true, ec);
    begin_ = end_ = 0;
  }

  // One request and its answer; false if the connection broke (a new one has been made).
  Task<bool> exchange() {
    const LoadRequest request = run_.next();
    const auto started = SteadyClock::now();
    std::array<asio::const_buffer, 2> out{asio::buffer(request.head.data(), request.head.size()),
                                          asio::buffer(request.body.data(), request.body.size())};
    while (out[0].size() + out[1].size() > 0) {
      ErrorCode ec;
      auto sent = socket_.write_some(out, ec);
      if (ec == asio::error::would_block) {
        Wait wait{socket_, tcp::socket::wait_write};
        co_await wait;
        continue;
      }
      if (ec) co_return lost();
      auto first = std::min(sent, out[0].size());
      out[0] += first;
      out[1] += sent - first;
    }
    run_.result.bytes_out += request.head.size() + request.body.size();
    ResponseScanner scanner(request.head_method);
    while (!scanner.is_done()) {
      ErrorCode ec;
      if (begin_ == end_) {
        begin_ = end_ = 0;
        Wait wait{socket_, tcp::socket::wait_read};
        co_await wait;
      }
      if (end_ < in_.size()) {
        auto got = socket_.read_some(asio::buffer(in_.data() + end_, in_.size() - end_), ec);
        if (ec && ec != asio::error::would_block) co_return lost();
        end_ += got;
        run_.result.bytes_in += got;
      }
      begin_ += scanner.put(asio::buffer(in_.data() + begin_, end_ - begin_), ec);
      if (ec == boost::beast::http::error::need_more && end_ < in_.size()) {
        Wait wait{socket_, tcp::socket::wait_read};
        co_await wait;
        continue;
      }
      if (ec && ec != boost::beast::http::error::need_more) co_return lost();
    }
    auto micros = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - started).count();
    run_.result.latencies[request.kind].push_back(static_cast<std::uint32_t>(micros));
    ++run_.result.statuses[scanner.status()];
    ++run_.result.requests;
    if (!scanner.keep_alive()) dial();
    co_return true;
  }

  bool lost() {
    dial();
    return false;
  }

  Run& run_;
  tcp::socket socket_;
  std::vector<char> in_;
  std::size_t begin_ = 0, end_ = 0;
};

void Tick(asio::steady_timer& timer, Run& run, SteadyClock::time_point begin,
          const std::function<void(double, std::uint64_t)>& progress) {
  timer.expires_after(std::chrono::seconds(1));
  timer.async_wait([&, begin](ErrorCode ec) {
    if (ec || run.over()) return;
    progress(std::chrono::duration<double>(SteadyClock::now() - begin).count(), run.result.requests);
    Tick(timer, run, begin, progress);
  });
}

}  // namespace

LoadResult RunLoad(const LoadOptions& options, const std::function<LoadRequest()>& next,
                   const std::function<void(double, std::uint64_t)>& progress) {
  Run run{options, next};
  run.result.latencies.resize(options.kinds);
  ErrorCode ec;
  tcp::resolver resolver(run.io);
  run.server = resolver.resolve(options.host, options.port, ec);
  if (ec) throw ClientError("cannot resolve " + options.host + ": " + ec.message());
  std::vector<std::unique_ptr<Connection>> connections;
  for (unsigned i = 0; i < options.connections; ++i) connections.push_back(std::make_unique<Connection>(run));

  const auto begin = SteadyClock::now();
  const double cpu = CpuSeconds();
  run.end = begin + options.duration;
  for (auto& connection : connections) Connection::Drive(*connection);
  asio::steady_timer timer(run.io);
  Tick(timer, run, begin, progress);
  run.io.run();
  run.result.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  run.result.own_cpu_seconds = CpuSeconds() - cpu;
  return std::move(run.result);
}

}  // namespace keymill::http
