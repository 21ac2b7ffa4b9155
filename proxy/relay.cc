#include "proxy/relay.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace gapura::proxy {

Relay::Step Relay::begin(Channel& source, Channel& sink, BodyDecoder decoder, bool chunks,
                         std::string_view head, std::span<char> already) {
  source_ = &source;
  sink_ = &sink;
  decoder_ = std::move(decoder);
  chunks_ = chunks;
  has_ended_ = false;
  const BodyDecoder::Taken taken = decoder_.decode(already);
  excess_ = already.subspan(taken.consumed);
  if (decoder_.is_bad()) return set(Step::source_bad);
  if (is_too_large(taken.payload)) return set(Step::too_large);
  if (kept_ != nullptr) kept_->add(already.first(taken.payload));
  return set(write(head, already.first(taken.payload)));
}

Relay::Step Relay::resume(Channel& sink, std::string_view head, std::span<const char> kept) {
  sink_ = &sink;
  rest_.release();
  payload_bytes_ = 0;
  has_ended_ = false;
  return set(write(head, kept));
}

Relay::Step Relay::send(Channel& sink, std::string_view bytes) {
  sink_ = &sink;
  const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  return send_parts(std::span(&part, 1));
}

/// Writes what can be written and keeps the rest. Returns done, wait_source, wait_sink or
/// sink_failed.
Relay::Step Relay::write(std::string_view head, std::span<const char> payload) {
  std::array<iovec, 6> parts;
  std::size_t count = 0;
  std::array<char, 20> size_line;
  const auto add = [&](const char* bytes, std::size_t size) {
    if (size != 0) parts[count++] = {const_cast<char*>(bytes), size};
  };
  add(head.data(), head.size());
  if (chunks_ && !payload.empty()) {
    char* end = std::to_chars(size_line.data(), size_line.data() + 16, payload.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    add(size_line.data(), static_cast<std::size_t>(end - size_line.data()));
  }
  add(payload.data(), payload.size());
  payload_bytes_ += payload.size();
  if (chunks_) {
    const bool is_last = decoder_.is_done() && !has_ended_;
    const std::string_view trailers = is_last ? decoder_.trailers() : std::string_view{};
    std::string_view tail = payload.empty() ? "" : "\r\n";
    if (is_last) tail = payload.empty() ? "0\r\n\r\n" : "\r\n0\r\n\r\n";
    // The last empty line comes behind the trailers.
    add(tail.data(), tail.size() - (trailers.empty() ? 0 : 2));
    add(trailers.data(), trailers.size());
    if (!trailers.empty()) add("\r\n", 2);
    has_ended_ = has_ended_ || is_last;
  }
  if (count != 0) {
    const Step sent = send_parts(std::span(parts).first(count));
    if (sent != Step::done) return sent;
  }
  return decoder_.is_done() ? Step::done : Step::wait_source;
}

/// done, wait_sink (a rest is kept) or sink_failed.
Relay::Step Relay::send_parts(std::span<const iovec> parts) {
  if (rest_.is_held()) {  // behind what already waits
    keep(parts, 0);
    return flush();
  }
  std::size_t wanted = 0;
  for (const iovec& part : parts) wanted += part.iov_len;
  const IoResult written = sink_->try_write(parts);
  if (written.status == IoStatus::failed) return Step::sink_failed;
  moved_ += written.bytes;
  if (written.bytes == wanted) return Step::done;
  keep(parts, written.bytes);
  read_bytes_ = kReadLeast;
  return Step::wait_sink;
}

void Relay::keep(std::span<const iovec> parts, std::size_t skip) {
  std::size_t size = 0;
  for (const iovec& part : parts) size += part.iov_len;
  size -= skip;
  if (!rest_.is_held()) {
    rest_ = buffers_.take(size);
    rest_begin_ = rest_end_ = 0;
  } else if (rest_.capacity() - rest_end_ < size) {
    Buffer larger = buffers_.take(rest_end_ - rest_begin_ + size);
    std::memcpy(larger.data(), rest_.data() + rest_begin_, rest_end_ - rest_begin_);
    rest_end_ -= std::exchange(rest_begin_, 0);
    rest_ = std::move(larger);
  }
  for (const iovec& part : parts) {
    const std::size_t from = std::min(skip, part.iov_len);
    skip -= from;
    std::memcpy(rest_.data() + rest_end_, static_cast<const char*>(part.iov_base) + from,
                part.iov_len - from);
    rest_end_ += part.iov_len - from;
  }
}

/// done when nothing is kept any more.
Relay::Step Relay::flush() {
  if (!rest_.is_held()) return Step::done;
  const IoResult written = sink_->try_write({rest_.data() + rest_begin_, rest_end_ - rest_begin_});
  if (written.status == IoStatus::failed) return Step::sink_failed;
  moved_ += written.bytes;
  rest_begin_ += written.bytes;
  if (rest_begin_ < rest_end_) return Step::wait_sink;
  rest_.release();
  return Step::done;
}

Relay::Step Relay::advance() {
  if (const Step flushed = flush(); flushed != Step::done) return set(flushed);
  if (source_ == nullptr || decoder_.is_done()) return set(Step::done);
  for (std::size_t turn = 0; turn < kTurnBytes;) {
    // Past the body's end, too: an exact read would leave open whether the socket is drained.
    const std::size_t size = std::min(read_bytes_, scratch_.size());
    const IoResult read = source_->try_read(scratch_.first(size));
    if (read.status == IoStatus::would_block) return set(Step::wait_source);
    if (read.status == IoStatus::failed) return set(Step::source_failed);
    std::span<char> got = scratch_.first(read.bytes);
    if (read.status == IoStatus::eof) {
      if (!decoder_.may_end_here()) return set(Step::source_failed);
      decoder_.end_of_stream();
    }
    has_read_ = true;
    turn += got.size();
    const BodyDecoder::Taken taken = decoder_.decode(got);
    excess_ = got.subspan(taken.consumed);
    if (decoder_.is_bad()) return set(Step::source_bad);
    if (is_too_large(taken.payload)) return set(Step::too_large);
    if (kept_ != nullptr) kept_->add(got.first(taken.payload));
    const bool was_full = got.size() == read_bytes_;
    if (const Step step = write({}, got.first(taken.payload)); step != Step::wait_source) {
      return set(step);
    }
    if (was_full) read_bytes_ = std::min(read_bytes_ * 2, scratch_.size());
  }
  return set(Step::again);
}

void Relay::reset() noexcept {
  source_ = sink_ = nullptr;
  rest_.release();
  rest_begin_ = rest_end_ = 0;
  excess_ = {};
  payload_bytes_ = 0;
  step_ = Step::wait_source;
  has_read_ = has_ended_ = false;
}

}  // namespace gapura::proxy
