/// Moves one direction of an exchange from one channel to another with bounded memory: it reads
/// only when everything read before has been written. Back-pressure is the absence of a queue.
/// Worker thread only. Never waits: the exchange waits, and calls advance() again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/async/channel.h"
#include "base/async/pipe.h"
#include "proxy/body_decoder.h"
#include "proxy/buffer_pool.h"
#include "proxy/kept_bytes.h"
#include "proxy/read_size.h"
#include "proxy/rest.h"

namespace gapura::proxy {

class Relay {
 public:
  enum class Step : std::uint8_t {
    wait_source,    ///< nothing to read now
    wait_sink,      ///< a rest is waiting to be written
    again,          ///< much was moved; let others have a turn, then call again
    done,           ///< the whole body is written
    source_failed,  ///< reset, or ended before the body did
    source_bad,     ///< framing broken
    too_large,      ///< more content than limit_payload() allows; the surplus was not written
    sink_failed,    ///< reset or closed by who should read
  };

  /// Content of so many bytes and more that is still to come is spliced where it can be: from
  /// there on it is cheaper than copying (docs/decisions/0010-splice.md).
  static constexpr std::size_t kSpliceLeast = 32 * 1024;

  /// `scratch` is the worker's, used only inside calls. All must outlive the relay. Without `pipes`
  /// everything is copied.
  Relay(BufferPool& buffers, std::span<char> scratch, Pipes* pipes = nullptr) noexcept
      : buffers_(buffers), scratch_(scratch), pipes_(pipes) {}

  /// Begins a message: `head` and what is already there of the body leave in one call.
  /// `already` is changed in place. `chunks`: write chunked framing, else the bytes as they are.
  /// With `chunks` the trailers of the source are passed on, else they are dropped.
  Step begin(Channel& source, Channel& sink, BodyDecoder decoder, bool chunks,
             std::string_view head, std::span<char> already);
  /// Sends the message that was begun to another sink: `head`, then `kept`, which is all content
  /// that was read so far; what is still to come follows from the source.
  Step resume(Channel& sink, std::string_view head, std::span<const char> kept);
  /// Content of the messages begun from now on goes there too; null: nowhere.
  void keep_in(KeptBytes* kept) noexcept { kept_ = kept; }
  bool is_kept() const noexcept { return kept_ != nullptr; }
  /// Content of the messages begun from now on, in bytes; 0: no limit.
  void limit_payload(std::uint64_t most) noexcept { payload_max_ = most; }
  /// Sends `bytes` of our own through the same rest buffer (an interim response, an answer).
  Step send(Channel& sink, std::string_view bytes);
  Step advance();

  /// Of `already`, or of the last read: bytes after the body's end. The bytes are valid only until
  /// something else runs on the loop; that there were some stays true.
  std::span<char> excess() const noexcept { return excess_; }
  /// What still waits to be written, for whoever goes on in its place.
  Rest take_rest() noexcept { return std::move(rest_); }
  bool has_begun() const noexcept { return source_ != nullptr; }
  /// True once body bytes were read that are not in `already`: the request cannot be replayed.
  bool has_read() const noexcept { return has_read_; }
  bool is_done() const noexcept { return step_ == Step::done; }
  Step step() const noexcept { return step_; }
  std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }
  /// Grows whenever a byte moves.
  std::uint64_t moved() const noexcept { return moved_; }
  /// Forgets everything, for the next attempt.
  void reset() noexcept;

 private:
  /// One read through the scratch, or through pipe_, and its write. again: there may be more.
  /// `turn` grows by the bytes read.
  Step copy(std::size_t& turn);
  Step splice(std::size_t& turn);
  bool take_pipe() noexcept;
  Step end_of_source();
  Step write(std::string_view head, std::span<const char> payload);
  Step send_parts(std::span<const iovec> parts);
  Step flush();
  Step step_of(const IoResult& written) noexcept;
  bool is_too_large(std::uint64_t more) const noexcept {
    return payload_max_ != 0 && payload_bytes_ + more > payload_max_;
  }
  Step set(Step step) noexcept { return step_ = step; }

  BufferPool& buffers_;
  std::span<char> scratch_;
  Channel* source_ = nullptr;
  Channel* sink_ = nullptr;
  BodyDecoder decoder_;
  Pipes* pipes_;
  Pipe pipe_;  ///< open while its sink has not taken all; then rest_ holds nothing
  Rest rest_;
  ReadSize read_size_;
  std::span<char> excess_;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t payload_max_ = 0;
  std::uint64_t moved_ = 0;
  KeptBytes* kept_ = nullptr;
  Step step_ = Step::wait_source;
  bool chunks_ = false;
  bool has_read_ = false;
  bool has_ended_ = false;  ///< the last chunk is written or kept
};

}  // namespace gapura::proxy
