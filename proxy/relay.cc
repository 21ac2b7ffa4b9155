#include "proxy/relay.h"

#include <array>
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

/// done when nothing is kept any more.
Relay::Step Relay::flush() {
  return rest_.is_held() ? step_of(rest_.flush(*sink_)) : Step::done;
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
    // Past the body's end, too: an exact read would leave open whether the socket is drained.
    const std::size_t size = read_size_.bytes(scratch_.size());
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
    const bool was_full = got.size() == size;
    if (const Step step = write({}, got.first(taken.payload)); step != Step::wait_source) {
      return set(step);
    }
    if (was_full) read_size_.grow(scratch_.size());
  }
  return set(Step::again);
}

void Relay::reset() noexcept {
  source_ = sink_ = nullptr;
  rest_.drop();
  excess_ = {};
  payload_bytes_ = 0;
  step_ = Step::wait_source;
  has_read_ = has_ended_ = false;
}

}  // namespace gapura::proxy
