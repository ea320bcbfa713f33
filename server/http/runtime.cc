#include <algorithm>
#include <utility>

#include <boost/asio/thread_pool.hpp>

#include "server/http/io.h"

namespace keymill::http {
namespace {

thread_local IoThread* current_thread = nullptr;

// Calls that may wait for the disk. Four at once: enough to keep a disk busy, few enough to start for nothing.
constexpr std::size_t kBlockingThreads = 4;

asio::thread_pool& Pool() {
  static asio::thread_pool pool(kBlockingThreads);
  return pool;
}

}  // namespace

IoThread& IoThread::current() {
  return *current_thread;
}

void IoThread::post(std::coroutine_handle<> handle) {
  bool first;
  {
    std::lock_guard lock(impl_.mutex);
    first = impl_.ready.empty();
    impl_.ready.push_back(handle);
  }
  if (first) asio::post(impl_.io, [&impl = impl_] { impl.drain_ready(); });
}

void PostBlocking(std::function<void()> work) {
  asio::post(Pool(), std::move(work));
}

void IoThread::Impl::run() {
  current_thread = &handle;
  start_ticker();
  io.run();
  current_thread = nullptr;
}

void IoThread::Impl::drain_ready() {
  {
    std::lock_guard lock(mutex);
    running.swap(ready);
  }
  for (auto coroutine : running) coroutine.resume();
  running.clear();
}

std::unique_ptr<Workspace> IoThread::Impl::borrow() {
  if (spare.empty()) return std::make_unique<Workspace>();
  auto workspace = std::move(spare.back());
  spare.pop_back();
  return workspace;
}

void IoThread::Impl::give_back(std::unique_ptr<Workspace> workspace) {
  // First touch of fresh memory is slow, so buffers are used again; a few large ones (uploads) and many small.
  constexpr std::size_t kSmall = 64 << 10, kKeepSmall = 64, kKeepLarge = 4;
  bool large = workspace->in.capacity() > kSmall;
  auto alike = std::count_if(spare.begin(), spare.end(),
                             [&](const auto& other) { return (other->in.capacity() > kSmall) == large; });
  if (static_cast<std::size_t>(alike) >= (large ? kKeepLarge : kKeepSmall)) return;
  if (large)
    spare.insert(spare.begin(), std::move(workspace));  // small ones are handed out first
  else
    spare.push_back(std::move(workspace));
}

}  // namespace keymill::http
