/// Bytes that are kept while they pass, for a second use: a request's body that may have to be sent
/// again, or to a mirror. Bounded for itself and, together with all others of its worker, by a
/// budget. Worker thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "proxy/buffer_pool.h"

namespace gapura::proxy {

/// What all that is kept on one worker may take.
struct KeptBudget {
  std::size_t left = std::size_t{64} * 1024 * 1024;
};

class KeptBytes {
 public:
  KeptBytes(BufferPool& buffers, KeptBudget& budget) noexcept
      : buffers_(buffers), budget_(budget) {}
  KeptBytes(const KeptBytes&) = delete;
  KeptBytes& operator=(const KeptBytes&) = delete;
  ~KeptBytes() { clear(); }

  /// Never lowers the limit.
  void allow(std::uint64_t bytes) noexcept { limit_ = bytes > limit_ ? bytes : limit_; }
  /// When they are too many everything is let go, and is_whole() is false from then on.
  void add(std::span<const char> bytes);
  /// Everything that was added is here.
  bool is_whole() const noexcept { return !is_lost_; }
  std::span<const char> bytes() noexcept { return {buffer_.data(), size_}; }
  /// Empty and whole again.
  void clear() noexcept;

 private:
  bool reserve(std::size_t bytes);
  void release() noexcept;

  BufferPool& buffers_;
  KeptBudget& budget_;
  Buffer buffer_;
  std::uint64_t limit_ = 0;
  std::size_t size_ = 0;
  bool is_lost_ = false;
};

}  // namespace gapura::proxy
