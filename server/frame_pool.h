#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace keymill {

/// The memory of finished coroutines, kept by each thread for its next ones: a request runs through some twenty of
/// them, many larger than what malloc keeps at hand itself. A frame may be freed on another thread than it was made on.
class FramePool {
 public:
  static FramePool& of_this_thread() {
    thread_local FramePool pool;
    return pool;
  }

  void* allocate(std::size_t size) {
    const std::size_t index = (size - 1) / kStep;
    if (index >= kClasses) return ::operator new(size);
    List& list = lists_[index];
    if (list.first == nullptr) return ::operator new((index + 1) * kStep);
    Free* const taken = list.first;
    list.first = taken->next;
    --list.count;
    return taken;
  }

  void free(void* frame, std::size_t size) noexcept {
    const std::size_t index = (size - 1) / kStep;
    if (index >= kClasses || lists_[index].count == kMostKept) return ::operator delete(frame);
    List& list = lists_[index];
    list.first = new (frame) Free{list.first};
    ++list.count;
  }

  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool() {
    for (List& list : lists_) {
      while (list.first != nullptr) {
        Free* const next = list.first->next;
        ::operator delete(list.first);
        list.first = next;
      }
      list.count = kMostKept;  // whatever ends after this is not kept
    }
  }

 private:
  static constexpr std::size_t kStep = 64;     ///< bytes
  static constexpr std::size_t kClasses = 64;  ///< up to 4 KiB
  static constexpr unsigned kMostKept = 32;    ///< of each size: 4 MiB in all, if every size were used

  struct Free {
    Free* next;
  };
  struct List {
    Free* first = nullptr;
    unsigned count = 0;
  };
  std::array<List, kClasses> lists_;
};

/// The base of promises whose coroutine frames come from the pool; from malloc where a sanitizer is to see that a frame
/// is used after its end.
struct PooledFrame {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // Not inlined: GCC 12 would see the operator new below the pool and miss the one that goes with this delete.
  [[gnu::noinline]] static void* operator new(std::size_t size) {
    return FramePool::of_this_thread().allocate(size);
  }
  [[gnu::noinline]] static void operator delete(void* frame, std::size_t size) noexcept {
    FramePool::of_this_thread().free(frame, size);
  }
#endif
};

}  // namespace keymill
