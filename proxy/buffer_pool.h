/// Memory for bytes that must be kept: a head being read, a rest that could not be sent. One pool a
/// worker. A connection at rest holds no buffer.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace gapura::proxy {

class BufferPool;

/// Bytes [begin, end) inside storage that goes back to its pool. Move-only.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() { release(); }

  bool is_held() const noexcept { return storage_ != nullptr; }
  char* data() noexcept { return storage_; }
  std::size_t capacity() const noexcept { return capacity_; }
  void release() noexcept;

 private:
  friend class BufferPool;
  void swap(Buffer& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(storage_, other.storage_);
    std::swap(capacity_, other.capacity_);
  }
  BufferPool* pool_ = nullptr;
  char* storage_ = nullptr;
  std::size_t capacity_ = 0;
};

class BufferPool {
 public:
  static constexpr std::size_t kSmallest = 16 * 1024;
  static constexpr std::size_t kClasses = 8;  ///< 16 KiB, doubling, up to 2 MiB
  /// What each class keeps for later; the rest goes back to the heap. Enough of the smallest for
  /// 2,000 requests under way at once without an allocation; pages never touched cost nothing.
  static constexpr std::size_t kKeptBytes = 4 * 1024 * 1024;
  static constexpr std::size_t kKeptSmallestBytes = 32 * 1024 * 1024;

  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  /// A buffer of at least `bytes`. Above 2 MiB it comes from the heap and goes back there: how much
  /// has to be kept is in the hands of peers and of the configuration, so no size is a bug.
  Buffer take(std::size_t bytes = kSmallest);

 private:
  friend class Buffer;
  static std::size_t class_of(std::size_t bytes) noexcept;
  void give_back(char* storage, std::size_t capacity) noexcept;
  std::array<std::vector<char*>, kClasses> free_;
};

}  // namespace gapura::proxy
