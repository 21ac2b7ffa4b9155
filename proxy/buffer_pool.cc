#include "proxy/buffer_pool.h"

#include <bit>

namespace gapura::proxy {

void Buffer::release() noexcept {
  if (storage_ == nullptr) return;
  pool_->give_back(std::exchange(storage_, nullptr), capacity_);
}

BufferPool::~BufferPool() {
  for (auto& list : free_) {
    for (char* storage : list) delete[] storage;
  }
}

std::size_t BufferPool::class_of(std::size_t bytes) noexcept {
  const std::size_t rounded = std::bit_ceil(bytes < kSmallest ? kSmallest : bytes);
  return static_cast<std::size_t>(std::countr_zero(rounded) - std::countr_zero(kSmallest));
}

Buffer BufferPool::take(std::size_t bytes) {
  const std::size_t which = class_of(bytes);
  Buffer buffer;
  buffer.pool_ = this;
  buffer.capacity_ = kSmallest << which;
  if (which >= kClasses || free_[which].empty()) {
    buffer.storage_ = new char[buffer.capacity_];
  } else {
    buffer.storage_ = free_[which].back();
    free_[which].pop_back();
  }
  return buffer;
}

void BufferPool::give_back(char* storage, std::size_t capacity) noexcept {
  const std::size_t which = class_of(capacity);
  const std::size_t kept_max = which == 0 ? kKeptSmallestBytes : kKeptBytes;
  if (which >= kClasses || (free_[which].size() + 1) * capacity > kept_max) {
    delete[] storage;
    return;
  }
  free_[which].push_back(storage);
}

}  // namespace gapura::proxy
