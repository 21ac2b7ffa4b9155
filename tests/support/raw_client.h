/// A client that sends exactly the bytes it is told and reads what comes back, with a time limit.
/// One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/http_message.h"
#include "tests/support/patience.h"
#include "tests/support/sockets.h"

namespace gapura::test {

class RawClient {
 public:
  /// Connects to 127.0.0.1:`port`.
  explicit RawClient(std::uint16_t port);
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  bool is_connected() const { return socket_.is_open(); }

  /// How long each read or write may take; patience() unless set.
  std::chrono::milliseconds limit = patience();
  /// Bytes of a body that a Response keeps; its checksum covers all.
  std::size_t body_kept_max = 1 << 20;

  /// False when the peer has gone.
  bool send(std::string_view bytes);
  /// Sends as much as the kernel takes at once; how much that was.
  std::size_t send_what_fits(std::string_view bytes);
  /// The next response; `method` is that of its request (HEAD has no body). Skips 1xx.
  Response read_response(std::string_view method = "GET");
  /// Like read_response, but returns as soon as the head has been read.
  Response read_head();
  /// Goes on with a body whose head has been read.
  void read_body(Response& response, std::string_view method = "GET");
  /// send() and read_response().
  Response ask(std::string_view request, std::string_view method = "GET");

  /// At least `bytes` raw bytes, or fewer when the connection ends or time is up.
  std::string read_raw(std::size_t bytes);
  /// Waits for the server's FIN or RST; false when it sends bytes or stays.
  bool sees_close();
  /// Whether the last failure to read was a reset.
  bool was_reset() const { return was_reset_; }
  /// Whether a byte of the response that failed had come.
  bool response_had_begun() const { return reader_.has_begun(); }

  void half_close();  ///< sends a FIN, still reads
  void reset();       ///< leaves with a RST
  void close();       ///< leaves with a FIN
  std::uint16_t local_port() const;

 private:
  ReadEnd more(std::string& into);
  bool wait_for(short events);

  Fd socket_;
  MessageReader reader_;
  bool was_reset_ = false;
};

/// "GET <path> HTTP/1.1" with a Host and `more_fields` (whole lines with CRLF).
std::string get(std::string_view path, std::string_view more_fields = "",
                std::string_view host = "localhost");
/// POST with Content-Length.
std::string post(std::string_view path, std::string_view body, std::string_view more_fields = "");
/// POST with the body in chunks of `chunk_bytes`.
std::string post_chunked(std::string_view path, std::string_view body, std::size_t chunk_bytes,
                         std::string_view more_fields = "");
/// The body in chunks, with the last one.
std::string chunked(std::string_view body, std::size_t chunk_bytes);

}  // namespace gapura::test
