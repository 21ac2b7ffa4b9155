#include "proxy/rest.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gapura::proxy {
namespace {

std::size_t bytes_of(std::span<const iovec> parts) noexcept {
  std::size_t bytes = 0;
  for (const iovec& part : parts) bytes += part.iov_len;
  return bytes;
}

}  // namespace

IoResult Rest::send(Channel& sink, BufferPool& buffers, std::span<const iovec> parts) {
  if (is_held()) {
    keep(buffers, parts, 0);
    return flush(sink);
  }
  IoResult written = sink.try_write(parts);
  if (written.status == IoStatus::failed) return written;
  written.status = IoStatus::ok;
  if (written.bytes < bytes_of(parts)) {
    keep(buffers, parts, written.bytes);
    written.status = IoStatus::would_block;
  }
  return written;
}

IoResult Rest::flush(Channel& sink) {
  if (!is_held()) return {.status = IoStatus::ok};
  IoResult written = sink.try_write({buffer_.data() + begin_, end_ - begin_});
  if (written.status == IoStatus::failed) return written;
  begin_ += written.bytes;
  if (begin_ == end_) buffer_.release();
  written.status = is_held() ? IoStatus::would_block : IoStatus::ok;
  return written;
}

void Rest::keep(BufferPool& buffers, std::span<const iovec> parts, std::size_t skip) {
  const std::size_t size = bytes_of(parts) - skip;
  if (!is_held()) {
    buffer_ = buffers.take(size);
    begin_ = end_ = 0;
  } else if (buffer_.capacity() - end_ < size) {
    Buffer larger = buffers.take(end_ - begin_ + size);
    std::memcpy(larger.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    buffer_ = std::move(larger);
  }
  for (const iovec& part : parts) {
    if (part.iov_len == 0) continue;  // of nothing, memcpy(3) may not even be given the place
    const std::size_t from = std::min(skip, part.iov_len);
    skip -= from;
    std::memcpy(buffer_.data() + end_, static_cast<const char*>(part.iov_base) + from,
                part.iov_len - from);
    end_ += part.iov_len - from;
  }
}

}  // namespace gapura::proxy
