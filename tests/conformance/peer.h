/// One side of a connection in a conformance case: sends and takes exactly the bytes it is told.
/// The scripted targets of tests/support read HTTP; here every byte is the case's own affair.
/// One thread.
#pragma once

#include <string>
#include <string_view>

#include "tests/conformance/chunk_text.h"
#include "tests/support/http_message.h"
#include "tests/support/sockets.h"

namespace gapura::test {

class Peer {
 public:
  Peer() = default;
  explicit Peer(Fd socket) : socket_(std::move(socket)) {}

  bool is_open() const { return socket_.is_open(); }
  int fd() const { return socket_.get(); }

  /// False when the other side has gone, or patience() ran out.
  bool send(std::string_view bytes);
  /// Each byte by a call of its own, and a moment after it, so that most of them arrive alone.
  bool dribble(std::string_view bytes);

  /// Waits for more bytes and appends them to `buffer`.
  ReadEnd more();
  /// Reads on until `bytes` are there, or nothing comes any more.
  ReadEnd until(std::size_t bytes);
  std::string take(std::size_t bytes);
  std::string buffer;  ///< arrived, and not taken yet

  void half_close();
  void reset() { socket_.reset(); }
  void close() { socket_.close(); }

  /// How the body of the message being seen goes on: as it came, and as the case has it.
  struct Body {
    bool is_chunked = false;
    ChunkText seen, expected;
    std::size_t left = 0;  ///< of a Content-Length
  };
  Body body;

 private:
  Fd socket_;
};

}  // namespace gapura::test
