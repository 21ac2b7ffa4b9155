/// A small HTTP/1.1 server for our own listeners: the admin API and the internal entry point. Not
/// for traffic. One io_context, one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "admin/listen.h"
#include "admin/message.h"
#include "base/clock.h"
#include "conf/static_config.h"

namespace gapura::admin {

struct HttpLimits {
  std::uint32_t head_bytes_max = 16 << 10;  ///< above: 431
  std::uint64_t body_bytes_max = 1 << 20;   ///< above: 413
  std::size_t connections_max = 256;        ///< above: closed at once
  Milliseconds read{10'000};                ///< for a whole request, from its first byte; then 408
  Milliseconds write{10'000};               ///< for a whole answer
  Milliseconds idle{60'000};                ///< between requests of a kept connection
};

class HttpServer {
 public:
  HttpServer(boost::asio::io_context& context, Respond respond, HttpLimits limits);
  /// Stops, and closes what is still open. Answers in the making are abandoned where they wait, so
  /// what `respond` refers to must outlive the context's last run.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Takes the port or the socket file; nothing is accepted before start(). Nothing when it worked.
  std::optional<ListenFailure> listen(const conf::ListenAddress& address);
  std::optional<ListenFailure> listen(const std::filesystem::path& socket_file);
  void start();
  /// Accepts no more, closes idle connections, ends waits; answers begun are sent, then closed.
  void stop();

  /// The port really listened on; 0 for a socket file.
  std::uint16_t port() const noexcept;
  std::size_t connections() const noexcept;

 private:
  struct State;
  /// Shared with the coroutines: they may be destroyed later than the server, with the context.
  std::shared_ptr<State> state_;
};

}  // namespace gapura::admin
