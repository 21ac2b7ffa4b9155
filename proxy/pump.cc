#include "proxy/pump.h"

#include <array>
#include <utility>

namespace gapura::proxy {
namespace {

iovec part_of(std::span<const char> bytes) noexcept {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

void Pump::begin(Rest waiting, std::string_view head, std::span<const char> content, Channel& sink,
                 BufferPool& buffers) {
  rest_ = std::move(waiting);
  content_bytes_ = content.size();
  const std::array<iovec, 2> parts{part_of(head), part_of(content)};
  state_ = after(rest_.send(sink, buffers, parts));
}

void Pump::advance(Channel& source, Channel& sink, BufferPool& buffers, std::span<char> scratch) {
  if (!is_over()) state_ = step(source, sink, buffers, scratch);
}

Pump::State Pump::step(Channel& source, Channel& sink, BufferPool& buffers,
                       std::span<char> scratch) {
  if (rest_.is_held()) {
    const State flushed = after(rest_.flush(sink));
    if (flushed != State::reading) return flushed;
  }
  for (std::size_t turn = 0; turn < kTurnBytes;) {
    const std::size_t size = read_size_.bytes(scratch.size());
    const IoResult read = source.try_read(scratch.first(size));
    if (read.status == IoStatus::would_block) return State::reading;
    if (read.status == IoStatus::failed) return State::source_failed;
    if (read.status == IoStatus::eof) return State::ended;
    turn += read.bytes;
    content_bytes_ += read.bytes;
    const iovec part = part_of(scratch.first(read.bytes));
    const State sent = after(rest_.send(sink, buffers, std::span(&part, 1)));
    if (sent != State::reading) return sent;
    if (read.bytes == size) read_size_.grow(scratch.size());
  }
  return State::again;
}

Pump::State Pump::after(const IoResult& written) noexcept {
  moved_ += written.bytes;
  if (written.status == IoStatus::ok) return State::reading;
  read_size_.shrink();
  if (written.status == IoStatus::would_block) return State::writing;
  rest_.drop();
  return State::sink_failed;
}

}  // namespace gapura::proxy
