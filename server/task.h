#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "server/frame_pool.h"

namespace keymill {

/// A lazily started coroutine, awaited once by its owner. Everything a connection awaits runs on that connection's
/// I/O thread, so there are no locks and no atomics. A task that finishes without suspending costs no resumption, and
/// resumptions nest only as deep as the awaits do, with or without the compiler's tail calls.
///
/// GCC 12 destroys some temporaries in an await expression twice: name the arguments of an awaited call when they have
/// destructors, pass lambdas to awaitable helpers by reference, and never write co_await inside `?:`.
template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> parent) {
    handle_.resume();
    if (handle_.done()) return false;
    handle_.promise().parent = parent;
    return true;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    void await_suspend(Handle self) const noexcept {
      if (auto parent = self.promise().parent) parent.resume();
    }
    void await_resume() const noexcept {}
  };

  struct PromiseBase : PooledFrame {
    std::coroutine_handle<> parent;
    std::exception_ptr fault;
    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { fault = std::current_exception(); }
  };
  template <class U>
  struct ValuePromise : PromiseBase {
    std::optional<U> value;
    template <class V>
    void return_value(V&& v) {
      value.emplace(std::forward<V>(v));
    }
    U take() {
      if (this->fault) std::rethrow_exception(this->fault);
      return std::move(*value);
    }
  };
  struct VoidPromise : PromiseBase {
    void return_void() noexcept {}
    void take() {
      if (this->fault) std::rethrow_exception(this->fault);
    }
  };

 public:
  struct promise_type : std::conditional_t<std::is_void_v<T>, VoidPromise, ValuePromise<T>> {
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
  };
};

/// The root of a chain of tasks: starts at once and frees itself at its end. The body must not throw.
struct DetachedTask {
  struct promise_type {
    DetachedTask get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace keymill
