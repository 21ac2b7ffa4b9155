#include "base/async/frame_pool.h"

#include <array>
#include <new>
#include <utility>

namespace gapura::frame_pool {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kLargest = 0;
#else
constexpr std::size_t kLargest = 4096;
#endif
constexpr std::size_t kStep = 64;

struct FreeFrame {
  FreeFrame* next;
};

struct FreeLists {
  std::array<FreeFrame*, 4096 / kStep + 1> heads{};
  ~FreeLists() {
    for (FreeFrame* frame : heads) {
      while (frame != nullptr) ::operator delete(std::exchange(frame, frame->next));
    }
  }
};

FreeLists& lists() noexcept {
  thread_local FreeLists mine;
  return mine;
}

}  // namespace

void* allocate(std::size_t bytes) {
  if (bytes > kLargest) return ::operator new(bytes);
  const std::size_t step = (bytes + kStep - 1) / kStep;
  FreeFrame*& head = lists().heads[step];
  if (head == nullptr) return ::operator new(step * kStep);
  return std::exchange(head, head->next);
}

void release(void* frame, std::size_t bytes) noexcept {
  if (bytes > kLargest) return ::operator delete(frame);
  const std::size_t step = (bytes + kStep - 1) / kStep;
  FreeFrame*& head = lists().heads[step];
  head = new (frame) FreeFrame{head};
}

}  // namespace gapura::frame_pool
