#include "proxy/relay.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

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
  rest_.drop();
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
  const Step step = step_of(rest_.send(*sink_, buffers_, parts));
  if (step == Step::wait_sink) read_size_.shrink();
  return step;
}

/// done when nothing is kept any more, here or in the pipe.
Relay::Step Relay::flush() {
  if (rest_.is_held()) return step_of(rest_.flush(*sink_));
  if (!pipe_.is_open()) return Step::done;
  IoResult written = sink_->try_write(pipe_);
  if (written.status == IoStatus::ok && pipe_.bytes() != 0) written.status = IoStatus::would_block;
  if (pipe_.bytes() == 0) pipe_.release();
  return step_of(written);
}

Relay::Step Relay::step_of(const IoResult& written) noexcept {
  moved_ += written.bytes;
  if (written.status == IoStatus::failed) return Step::sink_failed;
  return written.status == IoStatus::ok ? Step::done : Step::wait_sink;
}

Relay::Step Relay::advance() {
  if (const Step flushed = flush(); flushed != Step::done) return set(flushed);
  if (source_ == nullptr || decoder_.is_done()) return set(Step::done);
  for (std::size_t turn = 0; turn < kTurnBytes;) {
    const Step step = take_pipe() ? splice(turn) : copy(turn);
    if (step != Step::again) return set(step);
  }
  return set(Step::again);
}

Relay::Step Relay::copy(std::size_t& turn) {
  // Past the body's end, too: an exact read would leave open whether the socket is drained.
  const std::size_t size = read_size_.bytes(scratch_.size());
  const IoResult read = source_->try_read(scratch_.first(size));
  if (read.status == IoStatus::would_block) return Step::wait_source;
  if (read.status == IoStatus::failed) return Step::source_failed;
  if (read.status == IoStatus::eof) return end_of_source();
  const std::span<char> got = scratch_.first(read.bytes);
  has_read_ = true;
  turn += got.size();
  const BodyDecoder::Taken taken = decoder_.decode(got);
  excess_ = got.subspan(taken.consumed);
  if (decoder_.is_bad()) return Step::source_bad;
  if (is_too_large(taken.payload)) return Step::too_large;
  if (kept_ != nullptr) kept_->add(got.first(taken.payload));
  const Step step = write({}, got.first(taken.payload));
  if (step != Step::wait_source) return step;
  if (got.size() == size) read_size_.grow(scratch_.size());
  return Step::again;
}

/// Content that nobody has to look at, enough of it to be worth it, and for a sink that takes it.
bool Relay::take_pipe() noexcept {
  const std::uint64_t left = decoder_.length_left();
  if (pipes_ == nullptr || left < kSpliceLeast || chunks_ || kept_ != nullptr) return false;
  if (read_size_.is_small() || is_too_large(left)) return false;
  pipe_ = pipes_->take();
  return pipe_.is_open();
}

Relay::Step Relay::splice(std::size_t& turn) {
  // Never past the body's end: what lies behind it is not for this sink.
  const std::uint64_t most = std::min<std::uint64_t>(decoder_.length_left(), Pipes::kBytes);
  const IoResult read = source_->try_read(pipe_, static_cast<std::size_t>(most));
  if (read.status != IoStatus::ok) {
    pipe_.release();
    if (read.status == IoStatus::would_block) return Step::wait_source;
    if (read.status == IoStatus::eof) return end_of_source();
    if (read.error != EINVAL && read.error != ENOSYS) return Step::source_failed;
    pipes_->forbid();
    return Step::again;
  }
  has_read_ = true;
  excess_ = {};
  turn += read.bytes;
  payload_bytes_ += read.bytes;
  decoder_.pass(read.bytes);
  const Step flushed = flush();
  if (flushed == Step::wait_sink) read_size_.shrink();
  if (flushed != Step::done) return flushed;
  return decoder_.is_done() ? Step::done : Step::again;
}

Relay::Step Relay::end_of_source() {
  has_read_ = true;
  excess_ = {};
  if (!decoder_.may_end_here()) return Step::source_failed;
  decoder_.end_of_stream();
  return write({}, {});
}

void Relay::reset() noexcept {
  source_ = sink_ = nullptr;
  rest_.drop();
  pipe_.release();
  excess_ = {};
  payload_bytes_ = 0;
  step_ = Step::wait_source;
  has_read_ = has_ended_ = false;
}

}  // namespace gapura::proxy
