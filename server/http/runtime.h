#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "server/task.h"

namespace keymill::http {

/// One I/O thread: its event loop and the connections that live on it. Other threads only post resumptions to it.
class IoThread {
 public:
  /// The I/O thread that calls this. Only valid on one.
  static IoThread& current();
  /// Resumes the coroutine on this thread, soon. Any thread; cheap when many resumptions come together.
  void post(std::coroutine_handle<> handle);

  struct Impl;
  explicit IoThread(Impl& impl) : impl_(impl) {}
  Impl& impl() { return impl_; }

 private:
  Impl& impl_;
};

/// Runs `work` on the pool for blocking calls (disk), any thread.
void PostBlocking(std::function<void()> work);

/// Runs `f()` on the blocking pool and resumes here with its result. `f` stays the caller's: it outlives the await.
/// A hop costs 12 to 24 microseconds: for disk access and long computations only.
template <class F>
Task<std::invoke_result_t<F&>> Blocking(F& f) {
  using R = std::invoke_result_t<F&>;
  struct Awaiter {
    F& f;
    IoThread& home = IoThread::current();
    std::exception_ptr fault = nullptr;
    std::conditional_t<std::is_void_v<R>, std::monostate, std::optional<R>> value{};

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      PostBlocking([this, handle] {
        try {
          if constexpr (std::is_void_v<R>)
            f();
          else
            value.emplace(f());
        } catch (...) {
          fault = std::current_exception();
        }
        home.post(handle);
      });
    }
    R await_resume() {
      if (fault) std::rethrow_exception(fault);
      if constexpr (!std::is_void_v<R>) return std::move(*value);
    }
  };
  Awaiter awaiter{f};
  co_return co_await awaiter;
}

}  // namespace keymill::http
