/// Takes a message body out of its framing: Content-Length, chunked or until close (RFC 9112 6, 7).
/// Strict: a body that is not framed to the letter is bad, and stays bad. Value; no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http_head.h"

namespace gapura::proxy {

class BodyDecoder {
 public:
  BodyDecoder() = default;
  explicit BodyDecoder(Framing framing) noexcept;

  struct Taken {
    std::size_t consumed = 0;  ///< bytes of the input that belong to this body
    std::size_t payload = 0;   ///< bytes of content, moved to the front of the input
  };
  /// Reads `bytes` in place. Chunk extensions are dropped (RFC 9112 7.1.1).
  Taken decode(std::span<char> bytes);

  /// Of a body with a length: bytes still to come, all of them content, which nobody need look at.
  std::uint64_t length_left() const noexcept { return state_ == State::length ? left_ : 0; }
  /// So many of those have passed by.
  void pass(std::uint64_t bytes) noexcept {
    left_ -= bytes;
    if (left_ == 0) state_ = State::done;
  }

  bool is_done() const noexcept { return state_ == State::done; }
  bool is_bad() const noexcept { return state_ == State::bad; }
  /// The trailer section so far, complete lines: what may be passed on of it (RFC 9110 6.5.1: never
  /// what frames, routes, authenticates or describes a message).
  std::string_view trailers() const noexcept { return trailers_; }
  /// The peer's FIN ends the body rightly only where nothing else does.
  bool may_end_here() const noexcept { return state_ == State::until_close || is_done(); }
  void end_of_stream() noexcept {
    if (state_ == State::until_close) state_ = State::done;
  }

 private:
  enum class State : std::uint8_t {
    done,
    bad,
    length,
    until_close,
    size_first,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_first,
    trailer,
    trailer_lf,
    last_lf,
  };
  State step(char c);
  State first_of_size(char c) noexcept;
  State next_of_size(char c) noexcept;
  State keep_trailer_byte(char c);
  State end_trailer_line();

  State state_ = State::done;
  std::uint64_t left_ = 0;      ///< of the body (length) or the chunk
  std::uint32_t overhead_ = 0;  ///< extension and trailer bytes so far, limited
  std::string trailers_;        ///< memory is taken only when there are any
  std::size_t line_begin_ = 0;  ///< of the trailer line being read
};

}  // namespace gapura::proxy
