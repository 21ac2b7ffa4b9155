#include "proxy/kept_bytes.h"

#include <algorithm>
#include <cstring>

namespace gapura::proxy {

void KeptBytes::add(std::span<const char> bytes) {
  if (is_lost_ || bytes.empty()) return;
  if (size_ + bytes.size() > limit_ || !reserve(size_ + bytes.size())) {
    release();
    is_lost_ = true;
    return;
  }
  std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

/// False: the budget does not allow it.
bool KeptBytes::reserve(std::size_t bytes) {
  const std::size_t held = buffer_.is_held() ? buffer_.capacity() : 0;
  if (bytes <= held) return true;
  if (bytes > budget_.left) return false;  // before it is taken: it may be a lot
  Buffer larger = buffers_.take(std::max(bytes, 2 * held));
  const std::size_t more = larger.capacity() - held;
  if (more > budget_.left) return false;
  budget_.left -= more;
  if (size_ != 0) std::memcpy(larger.data(), buffer_.data(), size_);
  buffer_ = std::move(larger);
  return true;
}

void KeptBytes::release() noexcept {
  if (buffer_.is_held()) budget_.left += buffer_.capacity();
  buffer_.release();
  size_ = 0;
}

void KeptBytes::clear() noexcept {
  release();
  is_lost_ = false;
}

}  // namespace gapura::proxy
