/// What a channel has not taken yet of the bytes that are for it. Costs a buffer only while there
/// is something. Worker thread only.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "base/async/channel.h"
#include "proxy/buffer_pool.h"

namespace gapura::proxy {

class Rest {
 public:
  bool is_held() const noexcept { return buffer_.is_held(); }
  /// Writes `parts`, behind what waits already, and keeps what `sink` does not take in a buffer of
  /// `buffers`. ok: all is written; would_block: a rest waits; failed: nothing more can be written.
  IoResult send(Channel& sink, BufferPool& buffers, std::span<const iovec> parts);
  /// Writes what waits; says the same.
  IoResult flush(Channel& sink);
  void drop() noexcept { buffer_.release(); }

 private:
  void keep(BufferPool& buffers, std::span<const iovec> parts, std::size_t skip);

  Buffer buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gapura::proxy
