/// One direction of a tunnel: bytes from one channel to another, as they are. Like a Relay it reads
/// only when all it read before has been written; it knows no framing and keeps nothing else, since
/// many of them rest. Worker thread only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/async/channel.h"
#include "proxy/buffer_pool.h"
#include "proxy/read_size.h"
#include "proxy/rest.h"

namespace gapura::proxy {

class Pump {
 public:
  enum class State : std::uint8_t {
    reading,        ///< nothing to read now
    writing,        ///< a rest waits to be written
    again,          ///< much was moved; let others have a turn
    ended,          ///< the source's FIN came, and all before it is written
    source_failed,  ///< reset
    sink_failed,    ///< reset or closed by who should read
  };

  /// Writes what comes first: what `waiting` holds, then `head`, which counts as no content, then
  /// `content`.
  void begin(Rest waiting, std::string_view head, std::span<const char> content, Channel& sink,
             BufferPool& buffers);
  /// Does all that can be done now. `scratch` is used only meanwhile. After the end: nothing.
  void advance(Channel& source, Channel& sink, BufferPool& buffers, std::span<char> scratch);

  State state() const noexcept { return state_; }
  /// Nothing more will be written.
  bool is_over() const noexcept { return state_ >= State::ended; }
  std::uint64_t content_bytes() const noexcept { return content_bytes_; }
  /// Grows whenever a byte is written.
  std::uint64_t moved() const noexcept { return moved_; }

 private:
  State step(Channel& source, Channel& sink, BufferPool& buffers, std::span<char> scratch);
  /// reading, if all was written.
  State after(const IoResult& written) noexcept;

  Rest rest_;
  std::uint64_t content_bytes_ = 0;
  std::uint64_t moved_ = 0;
  ReadSize read_size_;
  State state_ = State::reading;
};

}  // namespace gapura::proxy
