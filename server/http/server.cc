#include "server/http/server.h"

#include <condition_variable>
#include <csignal>

#include "server/http/io.h"

namespace keymill::http {
namespace {

struct Address {
  std::string host, port;
};

Address SplitAddress(const std::string& flag, const std::string& text) {
  auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size())
    throw ListenError(flag + " " + text + ": expected HOST:PORT, for example 127.0.0.1:5396");
  Address address{text.substr(0, colon), text.substr(colon + 1)};
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  if (address.port.size() > 5 || address.port.find_first_not_of("0123456789") != std::string::npos ||
      std::stoul(address.port) > 65535)
    throw ListenError(flag + " " + text + ": '" + address.port + "' is not a port number");
  if (address.host.empty()) throw ListenError(flag + " " + text + ": the host is missing; 0.0.0.0 means every address");
  return address;
}

}  // namespace

struct Server::Impl {
  struct Acceptor {
    tcp::acceptor socket;
    const TlsContext* tls;
  };

  Impl(const ServerOptions& server_options, Application& app) : options(server_options) {
    auto count = options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i) threads.push_back(std::make_unique<IoThread::Impl>(options, app));
    for (const auto& text : options.listen) bind("--listen", text, nullptr);
    for (const auto& text : options.tls_listen) bind("--tls-listen", text, options.tls);
  }

  void bind(const std::string& flag, const std::string& text, const TlsContext* tls) {
    auto address = SplitAddress(flag, text);
    auto& io = threads.front()->io;
    ErrorCode ec;
    tcp::resolver resolver(io);
    auto found = resolver.resolve(address.host, address.port, tcp::resolver::passive, ec);
    if (ec) throw ListenError(flag + " " + text + ": cannot resolve the host: " + ec.message());
    tcp::acceptor acceptor(io);
    auto endpoint = found.begin()->endpoint();
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(4096, ec);
    if (ec) throw ListenError(flag + " " + text + ": cannot listen: " + ec.message());
    acceptors.push_back(std::make_unique<Acceptor>(Acceptor{std::move(acceptor), tls}));
  }

  void accept(Acceptor& acceptor) {
    acceptor.socket.async_accept([this, &acceptor](ErrorCode ec, tcp::socket socket) {
      if (ec == asio::error::operation_aborted) return;
      if (ec) {  // out of file descriptors, most likely: try again when some have been closed
        auto timer = std::make_shared<asio::steady_timer>(threads.front()->io, std::chrono::milliseconds(50));
        timer->async_wait([this, &acceptor, timer](ErrorCode stopped) {
          if (!stopped && acceptor.socket.is_open()) accept(acceptor);
        });
        return;
      }
      hand_over(std::move(socket), acceptor.tls);
      accept(acceptor);
    });
  }

  void hand_over(tcp::socket socket, const TlsContext* tls) {
    auto& thread = *threads[turn++ % threads.size()];
    if (&thread == threads.front().get()) {
      StartSession(thread, std::move(socket), tls);
      return;
    }
    ErrorCode ec;
    auto protocol = socket.local_endpoint(ec).protocol();
    auto fd = socket.release(ec);
    if (ec) return;
    asio::post(thread.io, [&thread, protocol, fd, tls] {
      ErrorCode failed;
      tcp::socket moved(thread.io);
      moved.assign(protocol, fd, failed);
      if (!failed) StartSession(thread, std::move(moved), tls);
    });
  }

  ServerOptions options;
  std::vector<std::unique_ptr<IoThread::Impl>> threads;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  std::size_t turn = 0;
  bool started = false;
};

Server::Server(const ServerOptions& options, Application& application)
    : impl_(std::make_unique<Impl>(options, application)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to a client that is gone: that must fail, not end the process
}

Server::~Server() {
  stop(std::chrono::milliseconds(0));
}

std::vector<std::string> Server::endpoints() const {
  std::vector<std::string> all;
  for (const auto& acceptor : impl_->acceptors) {
    auto endpoint = acceptor->socket.local_endpoint();
    auto host = endpoint.address().to_string();
    all.push_back((acceptor->tls ? "https://" : "http://") + (endpoint.address().is_v6() ? "[" + host + "]" : host) +
                  ":" + std::to_string(endpoint.port()));
  }
  return all;
}

void Server::start() {
  impl_->started = true;
  for (auto& acceptor : impl_->acceptors) impl_->accept(*acceptor);
  for (auto& thread : impl_->threads) {
    thread->thread = std::thread([&impl = *thread] { impl.run(); });
  }
}

void Server::stop(std::chrono::milliseconds grace) {
  if (!std::exchange(impl_->started, false)) return;
  auto& threads = impl_->threads;
  asio::post(threads.front()->io, [this] {
    for (auto& acceptor : impl_->acceptors) {
      ErrorCode ignored;
      acceptor->socket.close(ignored);
    }
  });
  for (auto& thread : threads) {
    asio::post(thread->io, [&impl = *thread] { impl.begin_drain(); });
  }
  // A thread is done when its last session is gone; look every few milliseconds, at most until the deadline.
  auto deadline = std::chrono::steady_clock::now() + grace;
  auto count_sessions = [&] {
    std::size_t busy = 0;
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t answers = 0;
    for (auto& thread : threads) {
      asio::post(thread->io, [&, &impl = *thread] {
        std::lock_guard lock(mutex);
        busy += impl.sessions != nullptr;
        ++answers;
        changed.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answers == threads.size(); });
    return busy;
  };
  bool aborted = false;
  while (count_sessions() > 0) {
    if (!aborted && std::chrono::steady_clock::now() >= deadline) {
      aborted = true;
      for (auto& thread : threads) {
        asio::post(thread->io, [&impl = *thread] { impl.abort_sessions(); });
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  for (auto& thread : threads) thread->io.stop();
  for (auto& thread : threads) thread->thread.join();
}

}  // namespace keymill::http
